import { useQuery, type UseQueryResult } from "@tanstack/react-query";

import { client } from "@/api/client";

import type { Series } from "./order";

const PAGE = 200;

// Whoever chooses searches among all of them; there are at most a thousand.
async function readAll(): Promise<Series[]> {
  const all: Series[] = [];
  let after: string | undefined;
  do {
    const reply = await client.GET("/v1/series", {
      params: { query: { state: "active", limit: PAGE, ...(after ? { after } : {}) } },
    });
    if (!reply.data) {
      throw reply.error;
    }
    all.push(...reply.data.data);
    after = reply.data.next ?? undefined;
  } while (after);
  return all.filter((series) => series.numbering.generation).sort((a, b) => a.name.localeCompare(b.name));
}

/* The series that can generate a number now. Read before the person comes to them: a quick Tab must find the field. */
export function useSeriesChoices(): UseQueryResult<Series[]> {
  return useQuery({ queryKey: ["get", "/v1/series", "choices"], queryFn: readAll });
}
