import { ActionIcon, Group, Menu, Text } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { useMay } from "@/api/session";
import { formatDay } from "@/parts/format";

import { daysLeft, type Batch } from "./batch";
import type { Asked } from "./BatchDialog";
import { DownloadMenu } from "./DownloadMenu";
import { useMayDownload } from "./useMayDownload";

interface Props {
  batch: Batch;
  series: Schemas["Series"] | undefined;
  onAsk: (dialog: Asked["dialog"]) => void;
}

/* What the person may do with a batch now. */
export function BatchActions({ batch, series, onAsk }: Props) {
  const { t } = useTranslation();
  const may = useMay();
  const mayDownload = useMayDownload();
  const more = useRef<HTMLButtonElement>(null);
  if (batch.voided_at) {
    return (
      <Text size="sm" c="dimmed">
        {t("common.none")}
      </Text>
    );
  }
  const open = daysLeft(batch) > 0;
  const barred = open && series !== undefined && may("download_numbers") && !mayDownload(series);
  const ask = (dialog: Asked["dialog"]) => {
    more.current?.focus(); // where the dialog gives the focus back to
    onAsk(dialog);
  };
  const named = { code: batch.series_code, date: formatDay(batch.created_at) };
  return (
    <Group gap="xs" wrap="nowrap">
      {open && mayDownload(series) && <DownloadMenu batch={batch} />}
      {barred && (
        <Text size="xs" c="dimmed" maw={160}>
          {t("batches.paymentOnly")}
        </Text>
      )}
      {(may("draw_numbers") || may("void_batches")) && (
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon ref={more} variant="default" size={30} aria-label={t("batches.actions.more", named)}>
              <IconDots size={18} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {may("draw_numbers") && (
              <Menu.Item onClick={() => ask("label")}>{t("batches.actions.label")}</Menu.Item>
            )}
            {may("void_batches") && (
              <Menu.Item onClick={() => ask("void")}>{t("batches.actions.void")}</Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
    </Group>
  );
}
