import { Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "@/api/session";
import { cardStatusColors } from "@/parts/CardStatusBadge";

import { AddLabel } from "./AddLabel";
import { LabelRow } from "./LabelRow";
import type { Label, LabelStatus } from "./labels";
import classes from "./StatusLabels.module.css";

interface Props {
  status: LabelStatus;
  labels: Label[];
  showsRetired: boolean;
}

/* One status: what it means, and the organisation's words for it. */
export function StatusLabels({ status, labels, showsRetired }: Props) {
  const { t } = useTranslation();
  const may = useMay();
  const [adding, setAdding] = useState(false);
  const [news, setNews] = useState("");
  const opener = useRef<HTMLButtonElement>(null);
  const name = t(`common.cardStatus.${status}`);
  const color = `var(--mantine-color-${cardStatusColors[status]}-8)`;
  const ordered = labels.filter((label) => showsRetired || !label.retired).sort(
    (one, other) =>
      Number(other.default) - Number(one.default) ||
      Number(one.retired) - Number(other.retired) ||
      one.label.localeCompare(other.label),
  );
  return (
    <Paper withBorder p="md" component="section" aria-labelledby={`status-${status}`}>
      <Stack gap="xs">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <div>
            <Group gap={8} wrap="nowrap">
              <span className={classes.dot} style={{ background: color }} />
              <Title order={2} size="h4" id={`status-${status}`}>
                {name}
              </Title>
            </Group>
            <Text size="sm" c="dimmed">
              {t(`settings.statusMeaning.${status}`)}
            </Text>
          </div>
          {may("change_settings") && (
            <Button
              ref={opener}
              variant="default"
              size="xs"
              className={classes.add}
              leftSection={<IconPlus size={14} aria-hidden />}
              aria-label={t("settings.labels.addTo", { status: name })}
              onClick={() => setAdding(true)}
              disabled={adding}
            >
              {t("settings.labels.add")}
            </Button>
          )}
        </Group>
        <ul className={classes.list} aria-label={t("settings.labels.listOf", { status: name })}>
          {ordered.map((label) => (
            <LabelRow
              key={label.id}
              label={label}
              onNews={setNews}
              onRetired={() => !showsRetired && opener.current?.focus()}
            />
          ))}
        </ul>
        {adding && (
          <AddLabel
            status={status}
            onNews={setNews}
            onClose={() => {
              setAdding(false);
              window.setTimeout(() => opener.current?.focus()); // it can take the focus when it is enabled again
            }}
          />
        )}
        <Text size="sm" c="dimmed" role="status">
          {news}
        </Text>
      </Stack>
    </Paper>
  );
}
