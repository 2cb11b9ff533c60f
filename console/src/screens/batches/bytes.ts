import i18next from "i18next";

const UNITS = ["B", "kB", "MB", "GB"] as const;

/* "1.7 MB", in the reader's language. */
export function formatBytes(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1)) / 3)));
  const value = bytes / 1000 ** power;
  const digits = power > 0 && value < 100 ? 1 : 0;
  const shown = new Intl.NumberFormat(i18next.language, { maximumFractionDigits: digits }).format(value);
  return i18next.t(`batches.downloads.bytes.${UNITS[power] ?? "B"}`, { value: shown });
}
