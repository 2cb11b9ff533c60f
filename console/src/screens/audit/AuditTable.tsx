import { Button, Group, Text } from "@mantine/core";
import { IconBan, IconCheck, IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { DataTable, type Column } from "@/parts/DataTable";
import { formatDay, formatSecond, formatTime } from "@/parts/format";

import { actionText, OK, refusalText, wordOf } from "./actions";
import classes from "./AuditTable.module.css";
import { RecordDetails } from "./RecordDetails";
import { SubjectLink } from "./SubjectLink";
import type { SetFilter } from "./useAuditFilter";

type AuditRecord = Schemas["AuditRecord"];

const keyOf = (record: AuditRecord): string => `record-${record.lane}-${record.sequence}`;

export function AuditTable({ rows, filtered, set }: { rows: AuditRecord[]; filtered: boolean; set: SetFilter }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());

  const toggle = (key: string) =>
    setOpen((before) => {
      const after = new Set(before);
      if (!after.delete(key)) {
        after.add(key);
      }
      return after;
    });

  const columns: Column<AuditRecord>[] = [
    { title: t("audit.column.at"), cell: (row) => <When at={row.at} /> },
    { title: t("audit.column.who"), cell: (row) => <Who record={row} /> },
    {
      title: t("audit.column.action"),
      cell: (row) => (
        <Text size="sm" fw={550}>
          {actionText(row.action)}
        </Text>
      ),
    },
    { title: t("audit.column.subject"), cell: (row) => (row.subject_id ? <SubjectLink id={row.subject_id} /> : "–") },
    { title: t("audit.column.result"), cell: (row) => <Result code={row.result} /> },
    {
      title: t("audit.column.more"),
      cell: (row) => <DetailsButton record={row} opened={open.has(keyOf(row))} onClick={() => toggle(keyOf(row))} />,
    },
  ];
  return (
    <DataTable
      caption={t("audit.title")}
      columns={columns}
      rows={rows}
      rowKey={keyOf}
      filtered={filtered}
      expanded={(row) => open.has(keyOf(row)) && <RecordDetails record={row} id={keyOf(row)} set={set} />}
    />
  );
}

function When({ at }: { at: string }) {
  return (
    <div className={classes.when}>
      <Text size="sm">{formatDay(at)}</Text>
      <Text size="sm">{formatTime(at)}</Text>
    </div>
  );
}

function Who({ record }: { record: AuditRecord }) {
  const { t } = useTranslation();
  const isPerson = record.actor_kind === "user";
  const nobody = record.actor === null && record.channel === "console";
  const way = `${wordOf("audit.channel", record.channel)}${record.peer ? `, ${record.peer}` : ""}`;
  return (
    <div className={classes.who}>
      <Text size="sm">
        {nobody ? t("audit.actor.nobody") : (record.actor ?? t(`audit.actor.${record.actor_kind}`))}
      </Text>
      <Text size="xs" c="dimmed">
        {isPerson || nobody ? way : `${t(`audit.actor.${record.actor_kind}`)} · ${way}`}
      </Text>
    </div>
  );
}

function Result({ code }: { code: string }) {
  const { t } = useTranslation();
  const done = code === OK;
  const Mark = done ? IconCheck : IconBan;
  return (
    <div>
      <Group gap={4} wrap="nowrap">
        <Mark size={16} aria-hidden color={done ? undefined : "var(--mantine-color-error)"} />
        <Text size="sm" fw={done ? 400 : 600} c={done ? undefined : "var(--mantine-color-error)"}>
          {t(done ? "audit.result.ok" : "audit.result.refused")}
        </Text>
      </Group>
      {!done && <Text size="xs">{refusalText(code)}</Text>}
    </div>
  );
}

function DetailsButton({ record, opened, onClick }: { record: AuditRecord; opened: boolean; onClick: () => void }) {
  const { t } = useTranslation();
  const Chevron = opened ? IconChevronUp : IconChevronDown;
  return (
    <Button
      size="compact-sm"
      variant="default"
      aria-expanded={opened}
      aria-controls={opened ? keyOf(record) : undefined}
      aria-label={t("audit.details.showOf", { action: actionText(record.action), at: formatSecond(record.at) })}
      rightSection={<Chevron size={14} aria-hidden />}
      onClick={onClick}
    >
      {t("audit.details.show")}
    </Button>
  );
}
