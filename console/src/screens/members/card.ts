/* A card in the words of the screens. */
import type { Schemas } from "@/api/client";

export type Card = Schemas["Card"];
export type CardStatus = Card["status"];
export type CardReason = Schemas["CardEvent"]["reason"];

export const CARD_REASONS: CardReason[] = [
  "requested",
  "lost",
  "stolen",
  "damaged",
  "fraud",
  "compliance",
  "fulfilment",
  "expired",
  "replaced",
  "other",
];

/* Statuses in the order in which an agent looks for them. */
export const CARD_STATUSES: CardStatus[] = [
  "active",
  "inactive",
  "suspended",
  "blocked",
  "expired",
  "closed",
  "not_issued",
];

const RANKS: Partial<Record<CardStatus, number>> = { blocked: 1, expired: 2, closed: 2 };

const rankOf = (card: Card): number => RANKS[card.status] ?? 0;

export const isOver = (card: Card): boolean => rankOf(card) === 2;

/* Those that can be used first, then blocked ones, then those that are over; the newest of each first, as listed. */
export const inOrder = (cards: Card[]): Card[] => [...cards].sort((a, b) => rankOf(a) - rankOf(b));

/* What a change of a card, or of who has it, makes stale. */
export const CARD_CHANGES = ["/v1/cards", "/v1/customers"];

export const CARD_HEADING = "card-heading"; // the id of the details' heading
