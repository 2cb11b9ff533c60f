import { keepPreviousData } from "@tanstack/react-query";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";

import { api } from "@/api/client";

const TYPING_MS = 200;
const MINUTE_MS = 60_000;
const LENGTH_MIN = 2;
const LIMIT = 20;

/*
 * Customers that fit what is typed, asked for when the typing pauses, or at once with `flush`. The results before stay
 * until the next are there. The text may be a card number: its results are forgotten a minute after the last look.
 */
export function useCustomerSearch(typed: string) {
  const [paused] = useDebouncedValue(typed, TYPING_MS);
  const [flushed, setFlushed] = useState<string | null>(null);
  const text = (flushed === typed ? typed : paused).trim();
  const long = text.length >= LENGTH_MIN;

  const query = api.useQuery(
    "post",
    "/v1/customers/search",
    { body: { text, limit: LIMIT } },
    { enabled: long, gcTime: MINUTE_MS, placeholderData: keepPreviousData },
  );

  return {
    query,
    searching: typed.trim().length >= LENGTH_MIN,
    settled: long && text === typed.trim() && query.isSuccess && !query.isPlaceholderData,
    flush: () => setFlushed(typed),
  };
}
