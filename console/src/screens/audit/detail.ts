/* What a record tells besides, in words where there are any. */
import i18next from "i18next";

import { CARD_STATUSES } from "@/parts/CardStatusBadge";
import { formatList, formatNumber } from "@/parts/format";

import { wordOf } from "./actions";

const YES_OR_NO = new Set(["otp_enabled", "disabled"]);
const ZERO_IS_NO_LIMIT = new Set(["max_cards", "max_active_cards"]);
const WORDS: Record<string, string> = {
  from: "common.cardStatus",
  to: "common.cardStatus",
  reason: "common.cardReason",
  role: "common.role",
  kind: "imports.kind",
  seal: "audit.seal",
  state: "imports.state",
  table: "audit.table",
};

function numberText(key: string, value: number): string {
  if (YES_OR_NO.has(key)) {
    return i18next.t(value ? "common.yes" : "common.no");
  }
  if (ZERO_IS_NO_LIMIT.has(key) && value === 0) {
    return i18next.t("common.unlimited");
  }
  if (key === "active_statuses") {
    // A bit a status.
    const set = CARD_STATUSES.filter((_, bit) => (value >> bit) & 1);
    return formatList(set.map((status) => i18next.t(`common.cardStatus.${status}`)));
  }
  return formatNumber(value);
}

export function detailText(key: string, value: unknown): string {
  if (typeof value === "number") {
    return numberText(key, value);
  }
  if (typeof value === "boolean") {
    return i18next.t(value ? "common.yes" : "common.no");
  }
  if (typeof value === "string") {
    const word = WORDS[key] ? wordOf(WORDS[key], value) : value;
    return word === value ? wordOf("audit.word", value) : word;
  }
  return JSON.stringify(value);
}

export const detailEntries = (detail: unknown): [string, unknown][] =>
  typeof detail === "object" && detail !== null ? Object.entries(detail) : [];
