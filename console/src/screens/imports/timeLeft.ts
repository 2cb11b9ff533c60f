import i18next from "i18next";

const MINUTE = 60;
const HOUR = 3600;

/* "about 3 minutes": nobody wants the seconds of an hour. */
export function timeLeftText(seconds: number): string {
  const [unit, length] = seconds < 2 * MINUTE ? (["seconds", 1] as const) : seconds < 2 * HOUR ? (["minutes", MINUTE] as const) : (["hours", HOUR] as const);
  const time = i18next.t(`imports.one.${unit}`, { count: Math.max(1, Math.round(seconds / length)) });
  return i18next.t("imports.one.about", { time });
}
