/* Lists that a screen needs whole, because one chooses from them: they are short by their own limits. */
import { useQuery } from "@tanstack/react-query";

import { client, type Schemas } from "./client";

const PAGE_SIZE = 200; // the most that a reply holds

interface Reply<Row> {
  data?: { data: Row[]; next: string | null };
  error?: unknown;
}

export async function readEveryPage<Row>(
  read: (query: { limit: number; after?: string }) => Promise<Reply<Row>>,
): Promise<Row[]> {
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

/* All labels, also the retired ones. The key begins as that of useQuery("get", ...), so that a change reads them anew. */
export const useEveryLabel = () =>
  useQuery<Schemas["StatusLabel"][]>({
    queryKey: ["every", "/v1/status-labels"],
    queryFn: () => readEveryPage((query) => client.GET("/v1/status-labels", { params: { query } })),
  });

export const useEverySource = () =>
  useQuery<Schemas["Source"][]>({
    queryKey: ["every", "/v1/sources"],
    queryFn: () => readEveryPage((query) => client.GET("/v1/sources", { params: { query } })),
  });

/* All series, also the retired ones. */
export const useEverySeries = () =>
  useQuery<Schemas["Series"][]>({
    queryKey: ["every", "/v1/series"],
    queryFn: () => readEveryPage((query) => client.GET("/v1/series", { params: { query } })),
  });

export const useEverySeriesReport = () =>
  useQuery<Schemas["SeriesReport"][]>({
    queryKey: ["every", "/v1/reports/series"],
    queryFn: () => readEveryPage((query) => client.GET("/v1/reports/series", { params: { query } })),
  });
