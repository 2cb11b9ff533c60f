/*
 * Refusals in the reader's language: the catalogue (texts/<language>/problems.json) by code, and the program's own
 * English where the catalogue has nothing or the program tells more than a code can.
 */
import i18next from "i18next";

import type { Problem } from "./problem";

type Fault = NonNullable<Problem["errors"]>[number];

/* Codes whose faults carry numbers or names that no catalogue knows: "The customer has 3 of 3 cards." */
const TELLS_MORE = new Set([
  "bad_format",
  "csv_malformed",
  "label_not_for_status",
  "malformed_json",
  "max_active_cards_per_customer",
  "max_cards_per_customer",
  "not_allowed_value",
  "number_space_exhausted",
  "number_space_invalid",
  "out_of_range",
  "series_overlaps",
  "too_long",
  "too_short",
  "transition_not_allowed",
  "wrong_type",
]);

const inCatalogue = (key: string): string | null => (i18next.exists(key) ? i18next.t(key as "problems.heading") : null);

export const problemText = (problem: Problem): string =>
  inCatalogue(`problems.${problem.code}`) ?? (problem.detail || problem.title);

/* What a person can do about it, if anything. */
export const nextStepText = (problem: Problem): string | null => inCatalogue(`problems.next.${problem.code}`);

/* `problems.at.<field>.<code>` is for a fault that means something of its own at that field. */
export function faultText(fault: Fault): string {
  const own = inCatalogue(`problems.at.${fault.field}.${fault.code}`);
  if (own !== null) {
    return own;
  }
  return (TELLS_MORE.has(fault.code) ? null : inCatalogue(`problems.${fault.code}`)) ?? fault.message;
}
