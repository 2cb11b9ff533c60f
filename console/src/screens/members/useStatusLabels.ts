import { useQueries } from "@tanstack/react-query";

import { api } from "@/api/client";

import { CARD_STATUSES, type CardStatus } from "./card";

const LIMIT = 200;

export interface LabelGroup {
  status: CardStatus;
  labels: string[]; // the default of the status first
}

/* The organisation's words for these statuses, as far as they are in use. */
export function useStatusLabels(statuses: CardStatus[]) {
  const wanted = CARD_STATUSES.filter((status) => statuses.includes(status));
  return useQueries({
    queries: wanted.map((status) =>
      api.queryOptions("get", "/v1/status-labels", { params: { query: { status, state: "in_use", limit: LIMIT } } }),
    ),
    combine: (replies) => ({
      data: replies.every((reply) => reply.data)
        ? replies.map((reply, at) => groupOf(wanted[at]!, reply.data))
        : undefined,
      error: replies.find((reply) => reply.error)?.error,
      isPending: replies.some((reply) => reply.isPending),
      refetch: () => Promise.all(replies.map((reply) => reply.refetch())),
    }),
  });
}

interface Listed {
  data: { label: string; default: boolean }[];
}

function groupOf(status: CardStatus, listed: Listed | undefined): LabelGroup {
  const labels = [...(listed?.data ?? [])].sort((a, b) => Number(b.default) - Number(a.default));
  return { status, labels: labels.map((one) => one.label) };
}
