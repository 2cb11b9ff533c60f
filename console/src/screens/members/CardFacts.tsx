import { Anchor } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { api } from "@/api/client";
import { useMay } from "@/api/session";
import { formatDate, formatDateTime, formatDay } from "@/parts/format";

import type { Card } from "./card";
import { CopyText } from "./CopyText";
import { FactGrid } from "./FactGrid";

export function CardFacts({ card }: { card: Card }) {
  const { t } = useTranslation();
  const may = useMay();
  const none = t("common.none");
  const series = `${card.series_name} (${card.series_code})`;
  return (
    <FactGrid
      facts={[
        { term: t("members.card.issued"), value: formatDateTime(card.issued_at) || none },
        { term: t("members.card.expires"), value: formatDate(card.expires_on) || t("common.never") },
        { term: t("members.card.status"), value: statusText(t(`common.cardStatus.${card.status}`), card.status_label) },
        {
          term: t("members.card.series"),
          value: may("read_series") ? (
            <Anchor component={Link} href={`/series/${card.series_id}`} underline="always">
              {series}
            </Anchor>
          ) : (
            series
          ),
        },
        {
          term: t("members.field.external_id"),
          value: card.external_id ? <CopyText value={card.external_id} /> : none,
        },
        { term: t("members.card.nickname"), value: card.nickname ?? none },
        { term: t("members.card.source"), value: card.source_id ? <SourceName id={card.source_id} /> : none },
        ...(card.batch_id ? [{ term: t("members.card.batch"), value: <BatchName id={card.batch_id} /> }] : []),
      ]}
    />
  );
}

const statusText = (status: string, label: string) => (label === status ? status : `${status}: ${label}`);

function SourceName({ id }: { id: string }) {
  const may = useMay();
  const sources = api.useQuery(
    "get",
    "/v1/sources",
    { params: { query: { limit: 200 } } },
    { enabled: may("read_settings") },
  );
  const source = sources.data?.data.find((one) => one.id === id);
  return source ? [source.name, source.account].filter(Boolean).join(", ") : sources.isFetching ? "…" : id;
}

function BatchName({ id }: { id: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const batch = api.useQuery(
    "get",
    "/v1/batches/{batch_id}",
    { params: { path: { batch_id: id } } },
    { enabled: may("read_batches") },
  );
  if (!batch.data) {
    return batch.isFetching ? "…" : id;
  }
  const made = t("members.card.generatedOn", { date: formatDay(batch.data.created_at) });
  return [batch.data.purpose, made].filter(Boolean).join(", ");
}
