import { Anchor, Paper, SimpleGrid, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { api } from "@/api/client";
import { useMay } from "@/api/session";
import { CLOSING_DAYS } from "@/parts/closingDays";
import { formatDay, formatNumber } from "@/parts/format";

import { addDays, countOf, inHands, needsSpace, utcToday, type SeriesReport } from "./report";

export const DAYS_ID = "per-day";
export const CLOSING_HREF = `/batches?closing_within_days=${CLOSING_DAYS}`;

interface FigureProps {
  label: string;
  value: string;
  href: string | null;
  children: ReactNode; // what belongs to it, small
}

/* What one wants to know first, each a way to where one acts on it. */
export function Figures({ reports }: { reports: SeriesReport[] }) {
  const { t } = useTranslation();
  const may = useMay();
  const nearlyFull = reports.filter(needsSpace);
  return (
    <SimpleGrid
      cols={{ base: 2, sm: 3, lg: 5 }}
      spacing={{ base: "xs", sm: "md" }}
      component="section"
      aria-label={t("overview.figures.label")}
    >
      <Figure
        label={t("overview.figures.hands")}
        value={formatNumber(inHands(reports))}
        href={may("read_customers") ? "/members" : null}
      >
        {t("overview.figures.handsActive", { number: formatNumber(countOf(reports, "active")) })}
      </Figure>
      <IssuedFigure />
      <Figure
        label={t("overview.figures.ready")}
        value={formatNumber(countOf(reports, "not_issued"))}
        href={may("read_batches") ? "/batches" : null}
      >
        {t("overview.figures.readyHelp")}
      </Figure>
      <Figure
        label={t("overview.figures.full")}
        value={formatNumber(nearlyFull.length)}
        href={nearlyFull.length === 1 ? `/series/${nearlyFull[0]?.series_id}` : "/overview?order=space"}
      >
        {nearlyFull.length === 0 ? t("overview.figures.fullNone") : <SeriesNames reports={nearlyFull} />}
      </Figure>
      {may("read_batches") && <ClosingFigure />}
    </SimpleGrid>
  );
}

function Figure({ label, value, href, children }: FigureProps) {
  const number = (
    <Text component="span" inherit fz={28} fw={650} lh={1.2}>
      {value}
    </Text>
  );
  return (
    <Paper withBorder p="md">
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      {href === null ? number : <FigureLink href={href} label={`${label}: ${value}`} number={number} />}
      <Text size="sm" component="div">
        {children}
      </Text>
    </Paper>
  );
}

function FigureLink({ href, label, number }: { href: string; label: string; number: ReactNode }) {
  // A place on this page is not the router's.
  return href.startsWith("#") ? (
    <Anchor href={href} aria-label={label}>
      {number}
    </Anchor>
  ) : (
    <Anchor component={Link} href={href} aria-label={label}>
      {number}
    </Anchor>
  );
}

function IssuedFigure() {
  const { t } = useTranslation();
  const today = utcToday();
  const week = api.useQuery("get", "/v1/reports/issued-per-day", {
    params: { query: { from: addDays(today, -6), to: today } },
  });
  const days = week.data?.data;
  const sum = days?.reduce((total, day) => total + day.issued, 0);
  return (
    <Figure
      label={t("overview.figures.today")}
      value={days ? formatNumber(days.find((day) => day.date === today)?.issued ?? 0) : "…"}
      href={`#${DAYS_ID}`}
    >
      {sum !== undefined && t("overview.figures.week", { number: formatNumber(sum) })}
    </Figure>
  );
}

const NAMES_MAX = 2;

function SeriesNames({ reports }: { reports: SeriesReport[] }) {
  const { t } = useTranslation();
  return (
    <>
      {reports.slice(0, NAMES_MAX).map((report) => (
        <div key={report.series_id}>
          <Anchor component={Link} href={`/series/${report.series_id}`} size="sm">
            {report.series_name}
          </Anchor>
        </div>
      ))}
      {reports.length > NAMES_MAX && t("overview.figures.fullMore", { count: reports.length - NAMES_MAX })}
    </>
  );
}

function ClosingFigure() {
  const { t } = useTranslation();
  const closing = useClosingBatches();
  if (!closing.data) {
    return <Figure label={t("overview.figures.closing")} value="…" href={CLOSING_HREF} children={null} />;
  }
  const { data, next } = closing.data;
  const number = formatNumber(data.length);
  const soonest = data.map((batch) => batch.download_until).sort()[0];
  return (
    <Figure
      label={t("overview.figures.closing")}
      value={next ? t("overview.figures.atLeast", { number }) : number}
      href={CLOSING_HREF}
    >
      {soonest ? t("overview.figures.closingNext", { date: formatDay(soonest) }) : t("overview.figures.closingNone")}
    </Figure>
  );
}

/* Few as a rule; past the first 200 only their number is not exact. */
export const useClosingBatches = () =>
  api.useQuery("get", "/v1/batches", { params: { query: { closing_within_days: CLOSING_DAYS, limit: 200 } } });
