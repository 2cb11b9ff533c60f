import { Anchor, Button, Group, Stack, Text } from "@mantine/core";
import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { DataTable, type Column } from "@/parts/DataTable";
import { formatDateTime } from "@/parts/format";
import { isOpen, type Job } from "@/parts/job";
import { RotationBar } from "@/parts/RotationProgress";

import { CheckValue } from "./CheckValue";
import { Commands } from "./Commands";
import { commandsFor } from "./commandsFor";
import { isHouse, stateSince, type Key } from "./key";
import { KeyStateBadge } from "./KeyStateBadge";
import classes from "./KeyTable.module.css";
import { TestMark } from "./TestMark";
import { useRotations } from "./useKeys";

const NEWS_MS = 3600_000; // so long a rotation that ended well is still told of

interface Props {
  caption: string;
  rows: Key[];
  filtered: boolean;
}

export function KeyTable({ caption, rows, filtered }: Props) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<string | null>(null);
  const rotations = useRotations(rows);
  const jobOf = (key: Key) => rotations.get(key.job_id ?? "");

  const columns: Column<Key>[] = [
    { title: t("keys.column.key"), cell: (row) => <Name of={row} /> },
    { title: t("keys.column.does"), cell: (row) => <Does of={row} /> },
    {
      title: t("keys.column.state"),
      cell: (row) => (
        <div className={classes.state}>
          <KeyStateBadge state={row.state} />
        </div>
      ),
    },
    { title: t("keys.column.checkValue"), cell: (row) => <CheckValue value={row.check_value} /> },
    { title: t("keys.column.since"), cell: (row) => <Since of={row} /> },
    {
      title: t("keys.column.commands"),
      cell: (row) =>
        commandsFor(row, jobOf(row)).length > 0 ? (
          <CommandsButton
            of={row}
            opened={open === row.id}
            onClick={() => setOpen((before) => (before === row.id ? null : row.id))}
          />
        ) : (
          "–"
        ),
    },
  ];
  return (
    <DataTable
      caption={caption}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      filtered={filtered}
      expanded={(row) => {
        const job = jobOf(row);
        const told = job && isNews(job);
        const commands = open === row.id ? commandsFor(row, job) : [];
        return (
          (told || commands.length > 0) && (
            <Stack gap="sm" p="xs" id={`commands-${row.id}`}>
              {told && <RotationBar job={job} />}
              {commands.length > 0 && <Commands commands={commands} />}
            </Stack>
          )
        );
      }}
    />
  );
}

const isNews = (job: Job): boolean =>
  isOpen(job) ||
  job.state !== "done" ||
  job.failed > 0 ||
  Date.now() - Date.parse(job.finished_at ?? job.created_at) < NEWS_MS;

function Name({ of: key }: { of: Key }) {
  const { t } = useTranslation();
  return (
    <Stack gap={2} align="flex-start" className={classes.name}>
      <Anchor component={Link} href={`/keys/${key.id}`} fw={550} size="sm">
        {key.name}
      </Anchor>
      <Group gap="xs">
        <Text size="sm">{t("keys.version", { version: key.version })}</Text>
        {key.test && <TestMark />}
      </Group>
    </Stack>
  );
}

function Does({ of: key }: { of: Key }) {
  const { t } = useTranslation();
  return (
    <div>
      <Text size="sm" className={classes.words}>
        {isHouse(key) ? t(`keys.house.${key.use}`) : key.usage_name}
      </Text>
      <Text size="xs" c="dimmed">
        {key.algorithm_name}
      </Text>
    </div>
  );
}

function Since({ of: key }: { of: Key }) {
  const { t } = useTranslation();
  const name = key.created_by ?? t("keys.since.program");
  return (
    <div className={classes.since}>
      <Text size="sm">{t(`keys.since.${key.state}`, { at: formatDateTime(stateSince(key)) })}</Text>
      <Text size="xs" c="dimmed">
        {t(key.imported ? "keys.since.imported" : "keys.since.made", { name })}
      </Text>
    </div>
  );
}

function CommandsButton({ of: key, opened, onClick }: { of: Key; opened: boolean; onClick: () => void }) {
  const { t } = useTranslation();
  const Chevron = opened ? IconChevronUp : IconChevronDown;
  return (
    <Button
      size="compact-sm"
      variant="default"
      aria-expanded={opened}
      aria-controls={opened ? `commands-${key.id}` : undefined}
      aria-label={t("keys.commands.showOf", { name: key.name, version: key.version })}
      rightSection={<Chevron size={14} aria-hidden />}
      onClick={onClick}
    >
      {t("keys.commands.show")}
    </Button>
  );
}
