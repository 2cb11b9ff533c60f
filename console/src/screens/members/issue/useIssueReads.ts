import { api } from "@/api/client";
import { useEveryLabel } from "@/api/everyPage";

import { issuableLabels } from "./LabelField";

/* All that has to be known before a card can be issued, as one read. */
export function useIssueReads(customerId: string) {
  const customer = api.useQuery("get", "/v1/customers/{cus_id}", { params: { path: { cus_id: customerId } } });
  const settings = api.useQuery("get", "/v1/settings");
  const labels = useEveryLabel();
  const cards = api.useQuery("get", "/v1/cards", { params: { query: { customer_id: customerId, limit: 200 } } });
  const all = [customer, settings, labels, cards];

  return {
    data:
      customer.data && settings.data && labels.data && cards.data
        ? {
            customer: customer.data,
            settings: settings.data,
            labels: issuableLabels(labels.data),
            cards: cards.data.data,
          }
        : undefined,
    error: all.find((one) => one.error)?.error ?? null,
    isPending: all.some((one) => one.isPending),
    refetch: () => all.filter((one) => one.error).forEach((one) => void one.refetch()),
  };
}
