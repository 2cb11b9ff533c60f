import type { Schemas } from "@/api/client";

export type Batch = Schemas["NumberBatch"];
export type Format = "txt" | "csv";

const DAY_MS = 24 * 3600 * 1000;

/* Larger files go straight to the disk by the browser's own download; this page would have to hold them in memory. */
export const STREAMED_COUNT_MAX = 5_000_000;

export const fileAddress = (batch: Batch, format: Format): string => `/v1/batches/${batch.id}/numbers?format=${format}`;

/* Days until the download closes, as begun ones; 0 when it is over. */
export const daysLeft = (batch: Batch): number =>
  Math.max(0, Math.ceil((new Date(batch.download_until).getTime() - Date.now()) / DAY_MS));
