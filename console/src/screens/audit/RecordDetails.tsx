import { Button, Group, SimpleGrid, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { Facts } from "@/parts/Facts";

import { detailName, OK, wordOf } from "./actions";
import { detailEntries, detailText } from "./detail";
import { SubjectLink } from "./SubjectLink";
import { isPrintedId, type SetFilter } from "./useAuditFilter";

type AuditRecord = Schemas["AuditRecord"];

/* All of a record, and the ways from it to others of its kind. */
export function RecordDetails({ record, id, set }: { record: AuditRecord; id: string; set: SetFilter }) {
  const { t } = useTranslation();
  const own = detailEntries(record.detail).map(([key, value]) => ({
    name: detailName(key),
    value: typeof value === "string" && isPrintedId(value) ? <SubjectLink id={value} /> : detailText(key, value),
  }));
  const where = [
    { name: t("audit.details.channel"), value: wordOf("audit.channel", record.channel) },
    { name: t("audit.details.peer"), value: record.peer ?? t("common.none") },
    { name: t("audit.details.actorId"), value: record.actor_id ?? t("common.none") },
    { name: t("audit.details.time"), value: record.at },
    { name: t("audit.details.code"), value: record.action },
    { name: t("audit.details.result"), value: record.result },
  ];
  const proof = [
    { name: t("audit.details.request"), value: <Code>{record.request_id ?? t("common.none")}</Code> },
    { name: t("audit.details.chain"), value: `${record.lane}, ${record.sequence}` },
    { name: t("audit.details.hash"), value: <Code>{record.hash}</Code> },
  ];
  return (
    <Stack gap="xs" id={id} p="xs">
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl" verticalSpacing={0}>
        <Facts facts={[...own, ...proof]} />
        <Facts facts={where} />
      </SimpleGrid>
      <RecordFilters record={record} set={set} />
    </Stack>
  );
}

const Code = ({ children }: { children: string }) => <span className="number">{children}</span>;

function RecordFilters({ record, set }: { record: AuditRecord; set: SetFilter }) {
  const { t } = useTranslation();
  const { subject_id: subject, actor_id: actor, action, result } = record;
  return (
    <Group gap="xs">
      {subject && <Only text={t("audit.details.onlySubject")} onClick={() => set({ subject })} />}
      {actor && (
        <Only text={t("audit.details.onlyActor", { name: record.actor ?? actor })} onClick={() => set({ actor })} />
      )}
      <Only text={t("audit.details.onlyAction")} onClick={() => set({ action })} />
      {result !== OK && <Only text={t("audit.details.onlyResult")} onClick={() => set({ result })} />}
    </Group>
  );
}

const Only = ({ text, onClick }: { text: string; onClick: () => void }) => (
  <Button size="xs" variant="default" onClick={onClick}>
    {text}
  </Button>
);
