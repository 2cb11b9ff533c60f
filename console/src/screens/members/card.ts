/* A card in the words of the screens. */
import type { Schemas } from "@/api/client";
import type { CardStatus } from "@/parts/CardStatusBadge";
import { everyValue } from "@/parts/everyValue";

export type { CardStatus };
export type Card = Schemas["Card"];
export type CardReason = Schemas["CardEvent"]["reason"];

export const CARD_REASONS = everyValue<CardReason>({
  requested: true,
  lost: true,
  stolen: true,
  damaged: true,
  fraud: true,
  compliance: true,
  fulfilment: true,
  expired: true,
  replaced: true,
  other: true,
});

const RANKS: Partial<Record<CardStatus, number>> = { blocked: 1, expired: 2, closed: 2 };

const rankOf = (card: Card): number => RANKS[card.status] ?? 0;

export const isOver = (card: Card): boolean => rankOf(card) === 2;

/* Those that can be used first, then blocked ones, then those that are over; the newest of each first, as listed. */
export const inOrder = (cards: Card[]): Card[] => [...cards].sort((a, b) => rankOf(a) - rankOf(b));

/* What a change of a card, or of who has it, makes stale. */
export const CARD_CHANGES = ["/v1/cards", "/v1/customers"];

export const CARD_HEADING = "card-heading"; // the id of the details' heading
