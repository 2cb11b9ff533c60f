import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData } from "@tanstack/react-query";

import { api, type Schemas } from "@/api/client";
import { problemOf, type Problem } from "@/api/problem";

import { LOYALTY_LENGTHS, numberingOf, type SeriesValues } from "./seriesValues";

const DELAY_MS = 250;

export interface NumberingPreview {
  complete: boolean; // is there enough to show something?
  shown: Schemas["SeriesPreview"] | null;
  problem: Problem | null;
}

/* What the program makes of a numbering while it is being typed. */
export function useNumberingPreview(
  values: Pick<SeriesValues, "kind" | "numbering">,
  seriesId?: string, // of a series that is there: its own numbers are no overlap
): NumberingPreview {
  const typed = JSON.stringify({ kind: values.kind, numbering: numberingOf(values), series_id: seriesId });
  const [settled] = useDebouncedValue(typed, DELAY_MS);
  const body = JSON.parse(settled) as Schemas["SeriesPreviewInput"];
  const { length } = body.numbering;
  const complete = Number.isInteger(length) && length >= LOYALTY_LENGTHS.min && length <= LOYALTY_LENGTHS.max;
  const query = api.useQuery(
    "post",
    "/v1/series/preview",
    { body },
    { enabled: complete, placeholderData: keepPreviousData, staleTime: Infinity, gcTime: 0 },
  );
  return {
    complete,
    shown: complete ? (query.data ?? null) : null,
    problem: complete && query.error ? problemOf(query.error) : null,
  };
}
