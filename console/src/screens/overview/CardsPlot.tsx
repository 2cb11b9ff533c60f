import { Anchor, Button, SegmentedControl, Select, Switch, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { DataTable, type Column } from "@/parts/DataTable";
import { Section } from "@/parts/Section";
import { formatNumber } from "@/parts/format";
import { SpaceMeter } from "@/parts/SpaceMeter";
import { useUrlState } from "@/parts/useUrlState";

import classes from "./CardsPlot.module.css";
import { countOf, heldCount, HELD, ordered, ORDERS, type Order, type SeriesReport } from "./report";
import { StatusBar, StatusValues } from "./StatusBar";

const FEW = 12;

/* Each series with its cards by status, what is ready to issue, and how full its number space is. */
export function CardsPlot({ reports }: { reports: SeriesReport[] }) {
  const { t } = useTranslation();
  const { values, set } = useUrlState(["order", "bars", "all", "cards"] as const);
  const order = ORDERS.find((one) => one === values.order) ?? "cards";
  const rows = ordered(reports, order);
  const shown = values.all ? rows : rows.slice(0, FEW);
  const asTable = values.cards === "table";

  return (
    <Section
      id="cards"
      title={t("overview.cards.title")}
      actions={
        <>
          {reports.length > 1 && <OrderSelect order={order} onChange={(next) => set({ order: next })} />}
          {reports.length > 1 && !asTable && (
            <SegmentedControl
              aria-label={t("overview.cards.bars")}
              value={values.bars || "count"}
              onChange={(bars) => set({ bars: bars === "count" ? "" : bars })}
              data={[
                { value: "count", label: t("overview.cards.barsCount") },
                { value: "share", label: t("overview.cards.barsShare") },
              ]}
            />
          )}
          <Switch
            label={t("overview.table")}
            mb={8}
            checked={asTable}
            onChange={(event) => set({ cards: event.currentTarget.checked ? "table" : "" })}
          />
        </>
      }
    >
      <Totals reports={reports} />
      {asTable ? <Numbers rows={shown} /> : <Bars rows={shown} all={reports} share={values.bars === "share"} />}
      {reports.length > FEW && (
        <Button
          variant="default"
          size="xs"
          onClick={() => set({ all: values.all ? "" : "1" })}
          style={{ alignSelf: "start" }}
        >
          {values.all ? t("overview.cards.showFew") : t("overview.cards.showAll", { count: reports.length })}
        </Button>
      )}
    </Section>
  );
}

function OrderSelect({ order, onChange }: { order: Order; onChange: (order: string) => void }) {
  const { t } = useTranslation();
  const texts = { cards: "sortCards", space: "sortSpace", name: "sortName" } as const;
  return (
    <Select
      label={t("overview.cards.sort")}
      data={ORDERS.map((value) => ({ value, label: t(`overview.cards.${texts[value]}`) }))}
      value={order}
      onChange={(value) => onChange(value && value !== "cards" ? value : "")}
      allowDeselect={false}
      w={190}
    />
  );
}

function Totals({ reports }: { reports: SeriesReport[] }) {
  const { t } = useTranslation();
  const statuses = [...HELD, "not_issued"] as const;
  const counts = Object.fromEntries(statuses.map((status) => [status, countOf(reports, status)]));
  return (
    <div>
      <Text size="sm" fw={600}>
        {t("overview.cards.totals")}
      </Text>
      <StatusValues counts={counts as SeriesReport["counts"]} statuses={[...statuses]} />
    </div>
  );
}

function SeriesName({ report }: { report: SeriesReport }) {
  const { t } = useTranslation();
  return (
    <div className={classes.name}>
      <Anchor component={Link} href={`/series/${report.series_id}`} fw={550} size="sm">
        {report.series_name}
      </Anchor>
      <Text size="xs" c="dimmed">
        <span className="number">{report.series_code}</span>
        {!report.active && ` · ${t("overview.cards.retired")}`}
      </Text>
    </div>
  );
}

function Bars({ rows, all, share }: { rows: SeriesReport[]; all: SeriesReport[]; share: boolean }) {
  const { t } = useTranslation();
  const most = Math.max(1, ...all.map(heldCount));
  const columns: Column<SeriesReport>[] = [
    { title: t("overview.cards.series"), cell: (row) => <SeriesName report={row} /> },
    {
      title: t("overview.cards.cards"),
      cell: (row) => (
        <div className={classes.bars}>
          <StatusBar counts={row.counts} statuses={HELD} full={share ? heldCount(row) : most} />
        </div>
      ),
    },
    { title: t("overview.cards.ready"), cell: (row) => formatNumber(row.counts.not_issued), right: true },
    {
      title: t("overview.cards.space"),
      cell: (row) => (
        <div className={classes.space}>
          <SpaceMeter space={row.space} says="left" />
        </div>
      ),
    },
  ];
  return (
    <DataTable caption={t("overview.cards.title")} columns={columns} rows={rows} rowKey={(row) => row.series_id} />
  );
}

function Numbers({ rows }: { rows: SeriesReport[] }) {
  const { t } = useTranslation();
  const columns: Column<SeriesReport>[] = [
    { title: t("overview.cards.series"), cell: (row) => <SeriesName report={row} /> },
    ...([...HELD, "not_issued"] as const).map((status) => ({
      title: t(`common.cardStatus.${status}`),
      cell: (row: SeriesReport) => formatNumber(row.counts[status]),
      right: true,
    })),
    { title: t("overview.cards.everIssued"), cell: (row) => formatNumber(row.issued), right: true },
    { title: t("overview.cards.spaceLeft"), cell: (row) => formatNumber(row.space.left), right: true },
  ];
  return (
    <DataTable caption={t("overview.cards.title")} columns={columns} rows={rows} rowKey={(row) => row.series_id} />
  );
}
