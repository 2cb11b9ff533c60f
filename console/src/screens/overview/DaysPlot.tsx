import { Button, SegmentedControl, Stack, Switch, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { api } from "@/api/client";
import { useMay } from "@/api/session";
import { ColumnChart } from "@/parts/ColumnChart";
import { DataTable } from "@/parts/DataTable";
import { FilterSelect } from "@/parts/FilterSelect";
import { formatDate, formatNumber, formatShortDate } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";
import { Section } from "@/parts/Section";
import { useUrlState } from "@/parts/useUrlState";

import { DAYS_ID } from "./Figures";
import { addDays, spansOf, utcToday, type SeriesReport, type Span } from "./report";

const RANGES = { "30": "range30", "90": "range90", "364": "range364" } as const; // days; the last one in whole weeks
type Range = keyof typeof RANGES;

const isRange = (value: string): value is Range => value in RANGES;

/* Cards issued on each day, or in each week of a year. */
export function DaysPlot({ reports }: { reports: SeriesReport[] }) {
  const { t } = useTranslation();
  const { values, set } = useUrlState(["days", "series", "perday"] as const);
  const range = isRange(values.days) ? values.days : "30";
  const inWeeks = range === "364";
  const to = utcToday();
  const from = addDays(to, 1 - Number(range));
  const days = api.useQuery("get", "/v1/reports/issued-per-day", {
    params: { query: { from, to, ...(values.series && { series_id: values.series }) } },
  });
  const asTable = values.perday === "table";

  return (
    <Section
      id={DAYS_ID}
      title={t(inWeeks ? "overview.days.titleWeeks" : "overview.days.title")}
      lead={t(inWeeks ? "overview.days.utcWeeks" : "overview.days.utc")}
      actions={
        <>
          {reports.length > 1 && (
            <FilterSelect
              label={t("overview.days.series")}
              placeholder={t("overview.days.allSeries")}
              data={reports.map((report) => ({ value: report.series_id, label: report.series_name }))}
              value={values.series}
              onChange={(series) => set({ series })}
              searchable
              w={220}
            />
          )}
          <SegmentedControl
            aria-label={t("overview.days.range")}
            value={range}
            onChange={(next) => set({ days: next === "30" ? "" : next })}
            data={Object.entries(RANGES).map(([value, text]) => ({ value, label: t(`overview.days.${text}`) }))}
          />
          <Switch
            label={t("overview.table")}
            mb={8}
            checked={asTable}
            onChange={(event) => set({ perday: event.currentTarget.checked ? "table" : "" })}
          />
        </>
      }
    >
      <Loaded of={days}>
        {({ data }) => {
          const spans = spansOf(data, from, Number(range), inWeeks ? 7 : 1);
          return asTable ? <DayTable spans={spans} /> : <DayColumns spans={spans} inWeeks={inWeeks} />;
        }}
      </Loaded>
    </Section>
  );
}

function useSpanWords() {
  const { t } = useTranslation();
  const when = (span: Span) =>
    span.from === span.to
      ? formatDate(span.from)
      : t("overview.days.week", { from: formatDate(span.from), to: formatDate(span.to) });
  const told = (span: Span) =>
    t("overview.days.at", {
      when: when(span),
      issued: t("overview.days.issued", { count: span.issued, number: formatNumber(span.issued) }),
      closed: formatNumber(span.closed),
    });
  return { when, told };
}

function DayColumns({ spans, inWeeks }: { spans: Span[]; inWeeks: boolean }) {
  const { t } = useTranslation();
  const words = useSpanWords();
  const total = spans.reduce((sum, span) => sum + span.issued, 0);
  const best = spans.reduce((a, b) => (b.issued > a.issued ? b : a));
  const time = { from: formatDate(spans[0]?.from), to: formatDate(spans.at(-1)?.to) };
  if (total === 0) {
    return <Nothing text={t("overview.days.nothing", time)} />;
  }
  return (
    <ColumnChart
      columns={spans.map((span) => ({
        key: span.from,
        tick: formatShortDate(span.from),
        value: span.issued,
        told: words.told(span),
      }))}
      summary={t(inWeeks ? "overview.days.summaryWeeks" : "overview.days.summary", {
        ...time,
        total: formatNumber(total),
        when: words.when(best),
        most: formatNumber(best.issued),
      })}
      help={t("overview.days.help")}
      pickLabel={t(inWeeks ? "overview.days.pickWeek" : "overview.days.pick")}
    />
  );
}

function Nothing({ text }: { text: string }) {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <Stack gap="xs" align="flex-start">
      <Text>{text}</Text>
      {may("issue_cards") && (
        <>
          <Text size="sm" c="dimmed">
            {t("overview.days.issueFirstHelp")}
          </Text>
          <Button component={Link} href="/members" variant="default" size="xs">
            {t("overview.days.issueFirst")}
          </Button>
        </>
      )}
    </Stack>
  );
}

function DayTable({ spans }: { spans: Span[] }) {
  const { t } = useTranslation();
  const words = useSpanWords();
  return (
    <DataTable
      caption={t("overview.days.title")}
      columns={[
        { title: t("overview.days.day"), cell: (span: Span) => words.when(span) },
        { title: t("overview.days.issuedColumn"), cell: (span) => formatNumber(span.issued), right: true },
        { title: t("overview.days.closedColumn"), cell: (span) => formatNumber(span.closed), right: true },
      ]}
      rows={spans.filter((span) => span.issued > 0 || span.closed > 0).reverse()}
      rowKey={(span) => span.from}
    />
  );
}
