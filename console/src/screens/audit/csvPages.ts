/* The trail as one file out of many replies. */
import { client } from "@/api/client";
import { problemOf } from "@/api/problem";
import { countRecords, withoutHeader } from "@/parts/csvText";

import type { AuditQuery } from "./useAuditFilter";

async function readPage(query: AuditQuery, after: string, signal: AbortSignal) {
  const reply = await client.GET("/v1/audit.csv", {
    params: { query: { ...query, ...(after && { after }) } },
    parseAs: "text",
    signal,
  });
  if (reply.data === undefined) {
    throw problemOf(reply.error);
  }
  return { text: reply.data, next: reply.response.headers.get("Cardwright-Next") };
}

/* Reads page after page; the header row is kept once. */
export async function readTrail(
  query: AuditQuery,
  signal: AbortSignal,
  onProgress: (count: number) => void,
): Promise<{ content: Blob; count: number }> {
  const pages: Blob[] = [];
  let count = 0;
  for (let after: string | null = ""; after !== null;) {
    const { text, next } = await readPage(query, after, signal);
    pages.push(new Blob([after ? withoutHeader(text) : text]));
    count += countRecords(text);
    onProgress(count);
    after = next;
  }
  return { content: new Blob(pages, { type: "text/csv" }), count };
}
