import { Anchor } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import type { Schemas } from "@/api/client";
import { DataTable, type Column } from "@/parts/DataTable";
import { Section } from "@/parts/Section";
import { formatDateTime, formatNumber } from "@/parts/format";

import { CLOSING_HREF, useClosingBatches } from "./Figures";

type Batch = Schemas["NumberBatch"];

const SHOWN_MAX = 5;

/* The generated cards that can be downloaded for a few days only, the most urgent first. Nothing if there are none. */
export function ClosingBatches() {
  const { t } = useTranslation();
  const closing = useClosingBatches();
  const rows = [...(closing.data?.data ?? [])].sort((a, b) => a.download_until.localeCompare(b.download_until));
  if (rows.length === 0) {
    return null;
  }
  const columns: Column<Batch>[] = [
    {
      title: t("overview.closing.series"),
      cell: (row) => (
        <Anchor component={Link} href={`${CLOSING_HREF}&series_id=${row.series_id}`} size="sm">
          {row.series_name}
        </Anchor>
      ),
    },
    { title: t("overview.closing.until"), cell: (row) => formatDateTime(row.download_until) },
    { title: t("overview.closing.downloads"), cell: (row) => formatNumber(row.downloads), right: true },
    { title: t("overview.closing.cards"), cell: (row) => formatNumber(row.count), right: true },
    { title: t("overview.closing.issued"), cell: (row) => formatNumber(row.issued_count), right: true },
  ];
  return (
    <Section id="closing" title={t("overview.closing.title")} lead={t("overview.closing.help")}>
      <DataTable
        caption={t("overview.closing.title")}
        columns={columns}
        rows={rows.slice(0, SHOWN_MAX)}
        rowKey={(row) => row.id}
      />
      {rows.length > SHOWN_MAX && (
        <Anchor component={Link} href={CLOSING_HREF} size="sm">
          {t("overview.closing.all")}
        </Anchor>
      )}
    </Section>
  );
}
