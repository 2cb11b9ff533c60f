import { Anchor, Group, Progress, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import type { Schemas } from "@/api/client";
import { useMay } from "@/api/session";
import { CardStatusBadge } from "@/parts/CardStatusBadge";
import { CLOSING_DAYS } from "@/parts/closingDays";
import { DataTable, type Column } from "@/parts/DataTable";
import { formatDay, formatDateTime, formatNumber, formatPercent } from "@/parts/format";

import { daysLeft, type Batch } from "./batch";
import { BatchActions } from "./BatchActions";
import { BatchDialog, type Asked } from "./BatchDialog";

interface Props {
  rows: Batch[];
  series: Map<string, Schemas["Series"]>;
  filtered: boolean;
}

export function BatchTable({ rows, series, filtered }: Props) {
  const { t } = useTranslation();
  const may = useMay();
  const acts = may("download_numbers") || may("draw_numbers") || may("void_batches");
  const [asked, setAsked] = useState<Asked | null>(null);
  const columns: Column<Batch>[] = [
    {
      title: t("batches.columns.series"),
      cell: (row) => (
        <TwoLines
          first={
            <Anchor component={Link} href={`/series/${row.series_id}`} size="sm" fw={550}>
              {row.series_name}
            </Anchor>
          }
          second={<span className="number">{row.series_code}</span>}
        />
      ),
    },
    {
      title: t("batches.columns.generated"),
      cell: (row) => (
        <TwoLines first={formatDateTime(row.created_at)} second={t("batches.by", { name: row.created_by })} />
      ),
    },
    { title: t("batches.columns.count"), right: true, cell: (row) => formatNumber(row.count) },
    { title: t("batches.columns.issued"), cell: (row) => <Issued batch={row} /> },
    {
      title: t("batches.columns.status"),
      cell: (row) => <TwoLines first={<StatusOf batch={row} />} second={row.purpose} />,
    },
    { title: t("batches.columns.download"), cell: (row) => <Window batch={row} /> },
    ...(acts
      ? [
          {
            title: t("batches.columns.actions"),
            cell: (row: Batch) => (
              <BatchActions
                batch={row}
                series={series.get(row.series_id)}
                onAsk={(dialog) => setAsked({ dialog, batch: row })}
              />
            ),
          },
        ]
      : []),
  ];
  return (
    <>
      <DataTable
        caption={t("batches.title")}
        columns={columns}
        rows={rows}
        rowKey={(row) => row.id}
        filtered={filtered}
      />
      {asked && <BatchDialog asked={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

function TwoLines({ first, second }: { first: ReactNode; second: ReactNode }) {
  return (
    <div>
      <Text size="sm" component="div">
        {first}
      </Text>
      <Text size="xs" c="dimmed" component="div">
        {second}
      </Text>
    </div>
  );
}

function StatusOf({ batch }: { batch: Batch }) {
  const { t } = useTranslation();
  return batch.voided_at ? (
    <CardStatusBadge status="closed" label={t("batches.voided")} />
  ) : (
    <CardStatusBadge status="not_issued" label={batch.status_label} />
  );
}

function Issued({ batch }: { batch: Batch }) {
  const { t } = useTranslation();
  const share = batch.issued_count / batch.count;
  return (
    <div>
      <Text size="sm">
        {t("batches.issuedBar", { issued: formatNumber(batch.issued_count), share: formatPercent(share) })}
      </Text>
      <Progress value={share * 100} size="sm" color="teal.7" aria-label={t("batches.columns.issued")} />
    </div>
  );
}

/* How long the numbers can be downloaded, and how often they were. */
function Window({ batch }: { batch: Batch }) {
  const { t } = useTranslation();
  const downloads = t("batches.downloaded", { count: batch.downloads });
  if (batch.voided_at) {
    return <TwoLines first={t("batches.voidedOn", { date: formatDay(batch.voided_at) })} second={downloads} />;
  }
  const days = daysLeft(batch);
  if (days === 0) {
    const over = t("batches.over", { date: formatDay(batch.download_until) });
    return <TwoLines first={over} second={t("batches.overHelp")} />;
  }
  return (
    <div>
      <TwoLines first={formatDay(batch.download_until)} second={downloads} />
      {days <= CLOSING_DAYS && (
        <Group gap={4} wrap="nowrap">
          <IconAlertTriangle size={14} aria-hidden />
          <Text size="xs" fw={600}>
            {t("batches.daysLeft", { count: days })}
          </Text>
        </Group>
      )}
    </div>
  );
}

