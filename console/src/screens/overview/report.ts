/* What the reports come to: sums, orders, days without a gap. */
import type { Schemas } from "@/api/client";
import type { CardStatus } from "@/parts/CardStatusBadge";
import { isNearlyFull } from "@/parts/numberSpace";

export type SeriesReport = Schemas["SeriesReport"];
export type DayReport = Schemas["DayReport"];

const IN_HANDS: CardStatus[] = ["active", "inactive", "suspended", "blocked"];

/* Of cards that somebody has or had; numbers that wait stand beside them. */
export const HELD: CardStatus[] = [...IN_HANDS, "expired", "closed"];

const DAY_MS = 86_400_000;

export const sumOf = (counts: SeriesReport["counts"], statuses: CardStatus[]): number =>
  statuses.reduce((sum, status) => sum + counts[status], 0);

export const heldCount = (report: SeriesReport): number => sumOf(report.counts, HELD);

export const inHands = (reports: SeriesReport[]): number =>
  reports.reduce((sum, report) => sum + sumOf(report.counts, IN_HANDS), 0);

export const countOf = (reports: SeriesReport[], status: CardStatus): number =>
  reports.reduce((sum, report) => sum + report.counts[status], 0);

/* In millionths, for orders; the numbers themselves are past 2^53. */
const usedShare = ({ space }: SeriesReport): number =>
  space.total === "0" ? 0 : Number((BigInt(space.drawn) * 1_000_000n) / BigInt(space.total));

export const needsSpace = ({ active, space }: SeriesReport): boolean =>
  active && isNearlyFull(BigInt(space.total), BigInt(space.drawn));

export const ORDERS = ["cards", "space", "name"] as const;
export type Order = (typeof ORDERS)[number];

const by: Record<Order, (a: SeriesReport, b: SeriesReport) => number> = {
  cards: (a, b) => heldCount(b) - heldCount(a) || b.counts.not_issued - a.counts.not_issued,
  space: (a, b) => Number(b.active) - Number(a.active) || usedShare(b) - usedShare(a),
  name: (a, b) => a.series_name.localeCompare(b.series_name),
};

export const ordered = (reports: SeriesReport[], order: Order): SeriesReport[] => [...reports].sort(by[order]);

/* Days, "2026-11-21", in UTC. */
export const utcToday = (): string => new Date().toISOString().slice(0, 10);

export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);

export interface Span {
  from: string;
  to: string; // itself included
  issued: number;
  closed: number;
}

/* Every day or week of the time, also those on which nothing happened. */
export function spansOf(days: DayReport[], from: string, dayCount: number, daysPerSpan: number): Span[] {
  const spans = Array.from({ length: Math.ceil(dayCount / daysPerSpan) }, (_, index) => ({
    from: addDays(from, index * daysPerSpan),
    to: addDays(from, Math.min((index + 1) * daysPerSpan, dayCount) - 1),
    issued: 0,
    closed: 0,
  }));
  for (const day of days) {
    const span = spans[Math.floor((Date.parse(day.date) - Date.parse(from)) / DAY_MS / daysPerSpan)];
    if (span) {
      span.issued += day.issued;
      span.closed += day.closed;
    }
  }
  return spans;
}
