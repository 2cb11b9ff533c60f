/*
 * The downloads of this page: they go on while their person looks at other screens. What was received is kept only
 * until it is saved.
 */
import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";

import { problemOf, type Problem } from "@/api/problem";
import { saveFile } from "@/parts/saveFile";

import type { Batch, Format } from "./batch";
import { receive } from "./receive";

export interface Download {
  id: number;
  userId: string;
  batch: Batch;
  format: Format;
  name: string;
  received: number;
  total: number; // 0: not known yet
  rate: number; // bytes a second
  state: "running" | "resuming" | "done" | "cancelled" | "failed";
  problem: Problem | null;
}

const TELL_EVERY_MS = 100;

let downloads: Download[] = [];
let lastId = 0;
const listeners = new Set<() => void>();
const controllers = new Map<number, AbortController>();

function change(next: Download[]): void {
  downloads = next;
  listeners.forEach((listener) => listener());
}

const update = (id: number, values: Partial<Download>) =>
  change(downloads.map((one) => (one.id === id ? { ...one, ...values } : one)));

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/* Those of one person: whoever signs in next in this page sees nothing of the one before. */
export const useDownloads = (userId: string): Download[] =>
  useSyncExternalStore(subscribe, () => downloads).filter((one) => one.userId === userId);

export const cancelDownload = (id: number): void => controllers.get(id)?.abort();
export const dismissDownload = (id: number): void => change(downloads.filter((one) => one.id !== id));

export async function startDownload(batch: Batch, format: Format, userId: string, queries: QueryClient): Promise<void> {
  lastId += 1;
  const id = lastId;
  const controller = new AbortController();
  const begun = performance.now();
  let told = 0;
  controllers.set(id, controller);
  const name = `${batch.series_code}-${batch.count}.${format}`;
  const first = { received: 0, total: 0, rate: 0, state: "running", problem: null } as const;
  change([{ id, userId, batch, format, name, ...first }, ...downloads]);

  const onProgress = (received: number, total: number) => {
    const now = performance.now();
    if (now - told >= TELL_EVERY_MS || received === total) {
      told = now;
      update(id, { received, total, rate: (received * 1000) / (now - begun), state: "running" });
    }
  };
  try {
    const onLost = () => update(id, { state: "resuming" });
    const file = await receive(batch, format, { signal: controller.signal, onProgress, onLost });
    saveFile(file.name, file.blob);
    update(id, { state: "done", name: file.name });
  } catch (error) {
    update(id, controller.signal.aborted ? { state: "cancelled" } : { state: "failed", problem: problemOf(error) });
  } finally {
    controllers.delete(id);
    void queries.invalidateQueries({ predicate: (query) => String(query.queryKey[1]).startsWith("/v1/batches") });
  }
}
