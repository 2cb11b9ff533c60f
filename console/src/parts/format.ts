/* Times, dates and numbers as the reader's language writes them. Times are shown in the browser's time zone. */
import i18next from "i18next";

const of = (value: string | null | undefined, options: Intl.DateTimeFormatOptions): string =>
  value ? new Intl.DateTimeFormat(i18next.language, options).format(new Date(value)) : "";

export const formatDateTime = (value: string | null | undefined): string =>
  of(value, { dateStyle: "medium", timeStyle: "short" });

/* The day of a time. */
export const formatDay = (value: string | null | undefined): string => of(value, { dateStyle: "medium" });

/* "2026-11-20" has no time zone and must not move by one. */
export const formatDate = (value: string | null | undefined): string => of(value, { dateStyle: "medium", timeZone: "UTC" });

/* Also of the strings that hold integers past 2^53. */
export const formatNumber = (value: number | bigint | string): string =>
  new Intl.NumberFormat(i18next.language).format(typeof value === "string" ? BigInt(value) : value);

export const formatPercent = (value: number): string =>
  new Intl.NumberFormat(i18next.language, { style: "percent", maximumFractionDigits: 1 }).format(value);

/* "Active, Inactive and Suspended" */
export const formatList = (words: string[]): string =>
  new Intl.ListFormat(i18next.language, { type: "conjunction" }).format(words);

/* "Nov 20": for an axis, of a date without a time zone. */
export const formatShortDate = (value: string): string =>
  of(value, { month: "short", day: "numeric", timeZone: "UTC" });

/* "12K": where there is no room for more. */
export const formatCompact = (value: number): string =>
  new Intl.NumberFormat(i18next.language, { notation: "compact", maximumFractionDigits: 1 }).format(value);

/* With seconds, for records: the time of a day, and with its day. */
export const formatTime = (value: string): string => of(value, { timeStyle: "medium" });
export const formatSecond = (value: string): string => of(value, { dateStyle: "medium", timeStyle: "medium" });
