import { useEverySeries } from "@/api/everyPage";

/* The series that can generate a number now. Read before the person comes to them: a quick Tab must find the field. */
export function useSeriesChoices() {
  const { data, error, isPending, refetch } = useEverySeries();
  const usable = data?.filter((series) => series.active && series.numbering.generation);
  return { data: usable?.sort((a, b) => a.name.localeCompare(b.name)), error, isPending, refetch };
}
