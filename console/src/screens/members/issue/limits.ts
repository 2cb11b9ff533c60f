/* How many cards the customer has of how many: told before the request, so that no code is sent in vain. */
import type { Card, Customer, Series, Settings, StatusLabel } from "./order";

export interface Limit {
  of: "series" | "organization";
  what: "all" | "active";
  have: number;
  limit: number | null; // null: as many as wanted
}

export const organizationLimits = (customer: Customer, settings: Settings): Limit[] => [
  { of: "organization", what: "all", have: customer.card_counts.all, limit: settings.max_cards_per_customer },
  {
    of: "organization",
    what: "active",
    have: customer.card_counts.active,
    limit: settings.max_active_cards_per_customer,
  },
];

const countsAsActive = (settings: Settings, status: string): boolean =>
  (settings.active_statuses as string[]).includes(status);

export function seriesLimits(cards: Card[], series: Series, settings: Settings): Limit[] {
  const counted = cards.filter((card) => card.series_id === series.id && card.status !== "closed");
  const active = counted.filter((card) => countsAsActive(settings, card.status));
  return [
    { of: "series", what: "all", have: counted.length, limit: series.max_cards_per_customer },
    { of: "series", what: "active", have: active.length, limit: series.max_active_cards_per_customer },
  ];
}

/* The limits that a new card with this label would break. */
export const reachedBy = (limits: Limit[], label: StatusLabel | undefined, settings: Settings): Limit[] =>
  limits.filter(
    ({ what, have, limit }) =>
      limit !== null && have >= limit && (what === "all" || countsAsActive(settings, label?.status ?? "active")),
  );
