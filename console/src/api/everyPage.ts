/* Lists that a screen needs whole, because one chooses from them: they are short by their own limits. */
import { useQuery } from "@tanstack/react-query";

import { client } from "./client";

const PAGE_SIZE = 200; // the most that a reply holds

interface Reply<Row> {
  data?: { data: Row[]; next: string | null };
  error?: unknown;
}

type Read<Row> = (query: { limit: number; after?: string }) => Promise<Reply<Row>>;

export async function readEveryPage<Row>(read: Read<Row>): Promise<Row[]> {
  const rows: Row[] = [];
  for (let after: string | null | undefined; after !== null; ) {
    const reply = await read({ limit: PAGE_SIZE, ...(after ? { after } : {}) });
    if (!reply.data) {
      throw reply.error;
    }
    rows.push(...reply.data.data);
    after = reply.data.next;
  }
  return rows;
}

/* All rows of a list. The key begins as that of useQuery("get", ...), so that a change reads them anew. */
export const useEvery = <Row>(path: string, read: Read<Row>, enabled = true) =>
  useQuery<Row[]>({ queryKey: ["every", path], queryFn: () => readEveryPage(read), enabled });

/* Also the retired ones. */
export const useEveryLabel = () =>
  useEvery("/v1/status-labels", (query) => client.GET("/v1/status-labels", { params: { query } }));

export const useEverySource = (enabled?: boolean) =>
  useEvery("/v1/sources", (query) => client.GET("/v1/sources", { params: { query } }), enabled);

/* Also the retired ones. */
export const useEverySeries = () =>
  useEvery("/v1/series", (query) => client.GET("/v1/series", { params: { query } }));

export const useEverySeriesReport = () =>
  useEvery("/v1/reports/series", (query) => client.GET("/v1/reports/series", { params: { query } }));
