import type { Schemas } from "@/api/client";
import { useMay } from "@/api/session";

/* May the person have the numbers of a series as a file? Payment numbers ask for a permission of their own. */
export function useMayDownload(): (series: Schemas["Series"] | undefined) => boolean {
  const may = useMay();
  return (series) =>
    may("download_numbers") &&
    series !== undefined &&
    (series.kind === "loyalty" || may("download_payment_numbers"));
}
