/* Days of the reader's time zone and the instants between which they lie. */
const FIRST_YEAR = 2000; // while a year is typed, "0002" stands there for a moment

export const isDay = (day: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(day) && Number(day.slice(0, 4)) >= FIRST_YEAR;

export function localToday(): string {
  const now = new Date();
  const two = (value: number) => String(value).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/* The instant at which the day begins, or the one `days` after it. */
export function startOf(day: string, days = 0): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + days).toISOString();
}
