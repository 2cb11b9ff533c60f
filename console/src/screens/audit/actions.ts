/* The actions that are recorded, in the groups of the filter, and the words for them. */
import i18next from "i18next";

import { problemText } from "@/api/problemText";

export const ACTION_GROUPS = {
  cards: ["card.issued", "card.changed", "card.unlinked", "card.revealed", "otp.sent"],
  customers: ["customer.created", "customer.changed"],
  series: [
    "series.created",
    "series.changed",
    "number_batch.drawn",
    "number_batch.relabelled",
    "number_batch.downloaded",
    "number_batch.voided",
    "card_number.registered",
  ],
  settings: ["settings.changed", "status_label.created", "status_label.changed", "source.created"],
  people: [
    "session.opened",
    "session.ended",
    "session.ended_everywhere",
    "user.created",
    "user.changed",
    "user.password_changed",
    "user.totp_begun",
    "user.totp_confirmed",
    "user.totp_removed",
    "user.totp_reset",
    "api_key.created",
    "api_key.revoked",
  ],
  keys: [
    "key.generated",
    "key.imported",
    "key.exported",
    "key.rotated",
    "key.retired",
    "key.destroyed",
    "keys.created",
    "keys.custodian_identified",
    "keys.master_changed",
    "keys.unlocked",
  ],
  jobs: ["job.created", "job.chunk_done", "job.finished", "job.cancelled"],
  system: ["audit.read", "audit.exported", "organization.created"],
} as const;

export type ActionGroup = keyof typeof ACTION_GROUPS;

export const OK = "ok";
export const REFUSED = "refused"; // of the filter: whatever is not "ok"

/* The refusals that somebody who looks through the trail asks for; others are reached from a record. */
export const REFUSALS = [
  "sign_in_failed",
  "totp_wrong",
  "otp_wrong",
  "otp_expired",
  "otp_exhausted",
  "card_limit_reached",
  "number_taken",
  "transition_not_allowed",
  "customer_exists",
  "role_too_high",
  "custodian_refused",
  "second_custodian_needed",
];

const inCatalogue = (key: string): string | null => (i18next.exists(key) ? i18next.t(key as "audit.title") : null);

/* In words, or the code itself where there are none. */
export const actionText = (code: string): string => inCatalogue(`audit.actions.${code}`) ?? code;

export const refusalText = (code: string): string =>
  problemText({ title: code, status: 0, code, detail: "", request_id: "" });

export const detailName = (key: string): string => inCatalogue(`audit.detail.${key}`) ?? key;
export const wordOf = (list: string, value: string): string => inCatalogue(`${list}.${value}`) ?? value;
