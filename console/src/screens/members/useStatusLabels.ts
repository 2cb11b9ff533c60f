import { useEveryLabel } from "@/api/everyPage";
import { everyValue } from "@/parts/everyValue";

import type { CardStatus } from "./card";

/* Statuses in the order in which an agent looks for them. */
const IN_ORDER = everyValue<CardStatus>({
  active: true,
  inactive: true,
  suspended: true,
  blocked: true,
  expired: true,
  closed: true,
  not_issued: true,
});

export interface LabelGroup {
  status: CardStatus;
  labels: string[]; // the default of the status first
}

/* The organisation's words for these statuses, as far as they are in use. */
export function useStatusLabels(statuses: CardStatus[]) {
  const { data, error, isPending, refetch } = useEveryLabel();
  const labelsOf = (status: CardStatus) =>
    (data ?? [])
      .filter((row) => row.status === status && !row.retired)
      .sort((a, b) => Number(b.default) - Number(a.default))
      .map((row) => row.label);
  const groups = IN_ORDER.filter((status) => statuses.includes(status)).map(
    (status): LabelGroup => ({ status, labels: labelsOf(status) }),
  );
  return { data: data && groups, error, isPending, refetch };
}
