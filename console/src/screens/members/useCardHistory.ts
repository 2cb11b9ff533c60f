import { useInfiniteQuery } from "@tanstack/react-query";

import { client } from "@/api/client";

const PATH = "/v1/cards/{card_id}/history";
const PAGE = 10;

/* What happened to a card, newest first, page by page. */
export function useCardHistory(id: string) {
  return useInfiniteQuery({
    queryKey: ["get", PATH, id],
    queryFn: async ({ pageParam, signal }) => {
      const query = pageParam === null ? { limit: PAGE } : { limit: PAGE, after: pageParam };
      const { data, error } = await client.GET(PATH, { params: { path: { card_id: id }, query }, signal });
      if (!data) {
        throw error;
      }
      return data;
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
}
