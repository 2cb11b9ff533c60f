/*
 * Fetches the numbers of a batch piece by piece. A lost connection is taken up where it broke, by a byte range: the
 * numbers of a batch never change, so that the pieces belong together.
 */
import { client } from "@/api/client";
import { isUndecided, problemOf } from "@/api/problem";

import type { Batch, Format } from "./batch";

export interface Received {
  blob: Blob;
  name: string;
}

interface Watcher {
  signal: AbortSignal;
  onProgress: (received: number, total: number) => void;
  onLost: () => void;
}

const RETRY_DELAYS_MS = [500, 1000, 2000, 4000, 8000];
const BLOB_LEN = 8 * 1024 * 1024; // what is collected before it is handed to the browser, out of the page's memory

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function request(batch: Batch, format: Format, from: number, signal: AbortSignal) {
  const reply = await client.GET("/v1/batches/{batch_id}/numbers", {
    params: { path: { batch_id: batch.id }, query: { format } },
    parseAs: "stream",
    signal,
    ...(from > 0 && { headers: { Range: `bytes=${from}-` } }),
  });
  if (!reply.response.ok || !reply.data) {
    throw problemOf(reply.error);
  }
  return { stream: reply.data as ReadableStream<Uint8Array<ArrayBuffer>>, headers: reply.response.headers };
}

export async function receive(batch: Batch, format: Format, watcher: Watcher): Promise<Received> {
  const blobs: Blob[] = [];
  let fresh: Uint8Array<ArrayBuffer>[] = [];
  let freshLen = 0;
  let received = 0;
  let total = Infinity;
  let name = `${batch.series_code}-${batch.count}.${format}`;
  let tries = 0;

  const collect = () => {
    blobs.push(new Blob(fresh));
    fresh = [];
    freshLen = 0;
  };

  const receiveRest = async () => {
    const { stream, headers } = await request(batch, format, received, watcher.signal);
    total = received + Number(headers.get("Content-Length"));
    name = /filename="([^"]+)"/.exec(headers.get("Content-Disposition") ?? "")?.[1] ?? name;
    const reader = stream.getReader();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      fresh.push(piece.value);
      freshLen += piece.value.length;
      received += piece.value.length;
      tries = 0;
      if (freshLen >= BLOB_LEN) {
        collect();
      }
      watcher.onProgress(received, total);
    }
  };

  while (received < total) {
    try {
      await receiveRest();
    } catch (error) {
      const delay = RETRY_DELAYS_MS[tries];
      if (watcher.signal.aborted || delay === undefined || !isUndecided(problemOf(error))) {
        throw error;
      }
      tries += 1;
      watcher.onLost();
      await pause(delay);
    }
  }
  collect();
  return { blob: new Blob(blobs, { type: format === "csv" ? "text/csv" : "text/plain" }), name };
}
