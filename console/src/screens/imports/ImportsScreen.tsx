import { Anchor, Button, Progress, Text } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { api } from "@/api/client";
import { useMay } from "@/api/session";
import { DataTable, type Column } from "@/parts/DataTable";
import { everyValue } from "@/parts/everyValue";
import { FilterSelect } from "@/parts/FilterSelect";
import { formatDateTime, formatNumber } from "@/parts/format";
import { isOpen, type Job } from "@/parts/job";
import { Loaded } from "@/parts/Loaded";
import { Page } from "@/parts/Page";
import { Pager } from "@/parts/Pager";
import { useUrlState } from "@/parts/useUrlState";

import { ImportDialog } from "./ImportDialog";
import { IMPORT_KINDS, isImport, KINDS, type ImportJob, type Kind } from "./kinds";
import { StateBadge } from "./StateBadge";

const STATES = everyValue<Job["state"]>({ queued: true, running: true, done: true, cancelled: true, failed: true });
const LOOK_AGAIN_MS = 2000; // while something goes on

export function Screen() {
  const { t } = useTranslation();
  const may = useMay();
  const [starting, setStarting] = useState<Kind | null>(null);
  const { values, set } = useUrlState(["state", "after"] as const);
  const state = STATES.find((one) => one === values.state);
  const jobs = api.useQuery(
    "get",
    "/v1/jobs",
    { params: { query: { ...(state && { state }), ...(values.after && { after: values.after }) } } },
    { refetchInterval: (query) => (query.state.data?.data.some(isOpen) ? LOOK_AGAIN_MS : false) },
  );

  return (
    <Page
      title={t("imports.title")}
      lead={t("imports.lead")}
      actions={KINDS.filter((kind) => may(IMPORT_KINDS[kind].permission)).map((kind) => (
        <Button key={kind} leftSection={<IconUpload size={18} aria-hidden />} onClick={() => setStarting(kind)}>
          {t(`imports.start.${kind}`)}
        </Button>
      ))}
    >
      <div role="search" aria-label={t("common.filters.label")}>
        <FilterSelect
          label={t("imports.list.filterState")}
          data={STATES.map((value) => ({ value, label: t(`imports.state.${value}`) }))}
          value={state ?? ""}
          onChange={(next) => set({ state: next })}
          w={200}
        />
      </div>
      <Loaded of={jobs}>
        {({ data, next }) => (
          <>
            {/* Rotations of keys are shown on the screen of the keys. */}
            <JobTable rows={data.filter(isImport)} filtered={state !== undefined} />
            <Pager after={values.after} next={next} onGo={(after) => set({ after })} />
          </>
        )}
      </Loaded>
      {starting && <ImportDialog kind={starting} onClose={() => setStarting(null)} />}
    </Page>
  );
}

function JobTable({ rows, filtered }: { rows: ImportJob[]; filtered: boolean }) {
  const { t } = useTranslation();
  const columns: Column<ImportJob>[] = [
    {
      title: t("imports.list.what"),
      cell: (row) => (
        <Anchor component={Link} href={`/imports/${row.id}`} fw={550} size="sm">
          {t(`imports.kind.${row.kind}`)}
        </Anchor>
      ),
    },
    { title: t("imports.list.begun"), cell: (row) => <Text size="sm">{formatDateTime(row.created_at)}</Text> },
    { title: t("imports.list.by"), cell: (row) => <Text size="sm">{row.created_by ?? t("common.none")}</Text> },
    { title: t("imports.list.state"), cell: (row) => <StateBadge state={row.state} /> },
    { title: t("imports.list.rows"), cell: (row) => <Rows job={row} /> },
    { title: t("imports.list.failed"), cell: (row) => formatNumber(row.failed), right: true },
    { title: t("imports.list.rate"), cell: (row) => <Rate job={row} /> },
  ];
  return (
    <DataTable
      caption={t("imports.title")}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      filtered={filtered}
    />
  );
}

function Rows({ job }: { job: Job }) {
  const { t } = useTranslation();
  return (
    <div>
      <Text size="sm">
        {t("imports.list.rowsOf", { done: formatNumber(job.done), total: formatNumber(job.total) })}
      </Text>
      {isOpen(job) && <Progress value={(100 * job.done) / job.total} size="sm" aria-label={t("imports.list.rows")} />}
    </div>
  );
}

function Rate({ job }: { job: Job }) {
  const { t } = useTranslation();
  return job.rate === null ? (
    "–"
  ) : (
    <Text size="sm">{t("imports.list.rowsPerSecond", { count: job.rate, number: formatNumber(job.rate) })}</Text>
  );
}
