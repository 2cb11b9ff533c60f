import { Anchor } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { api } from "@/api/client";
import { useEverySource } from "@/api/everyPage";
import { useMay } from "@/api/session";
import { Facts } from "@/parts/Facts";
import { formatDate, formatDateTime, formatDay } from "@/parts/format";
import { sourceName } from "@/parts/sourceName";

import type { Card } from "./card";
import { CopyText } from "./CopyText";

export function CardFacts({ card }: { card: Card }) {
  const { t } = useTranslation();
  const may = useMay();
  const none = t("common.none");
  const series = `${card.series_name} (${card.series_code})`;
  return (
    <Facts
      layout="grid"
      facts={[
        { name: t("members.card.issued"), value: formatDateTime(card.issued_at) || none },
        { name: t("members.card.expires"), value: formatDate(card.expires_on) || t("common.never") },
        { name: t("members.card.status"), value: statusText(t(`common.cardStatus.${card.status}`), card.status_label) },
        {
          name: t("members.card.series"),
          value: may("read_series") ? (
            <Anchor component={Link} href={`/series/${card.series_id}`} underline="always">
              {series}
            </Anchor>
          ) : (
            series
          ),
        },
        {
          name: t("members.field.external_id"),
          value: card.external_id ? <CopyText value={card.external_id} /> : none,
        },
        { name: t("members.card.nickname"), value: card.nickname ?? none },
        { name: t("members.card.source"), value: card.source_id ? <SourceName id={card.source_id} /> : none },
        ...(card.batch_id ? [{ name: t("members.card.batch"), value: <BatchName id={card.batch_id} /> }] : []),
      ]}
    />
  );
}

const statusText = (status: string, label: string) => (label === status ? status : `${status}: ${label}`);

function SourceName({ id }: { id: string }) {
  const may = useMay();
  const sources = useEverySource(may("read_settings"));
  const source = sources.data?.find((one) => one.id === id);
  return source ? sourceName(source) : sources.isFetching ? "…" : id;
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
