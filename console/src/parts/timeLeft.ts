import i18next from "i18next";

const SECONDS = { unit: "seconds", length: 1 } as const;
const UNITS = [{ unit: "hours", length: 3600 }, { unit: "minutes", length: 60 }, SECONDS] as const;

/* "about 3 minutes": nobody wants the seconds of an hour. */
export function timeLeftText(seconds: number): string {
  const { unit, length } = UNITS.find(({ length }) => seconds >= 2 * length) ?? SECONDS;
  const time = i18next.t(`common.timeLeft.${unit}`, { count: Math.max(1, Math.round(seconds / length)) });
  return i18next.t("common.timeLeft.about", { time });
}
