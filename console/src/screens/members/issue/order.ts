/* What the person asks for, and what of it a one-time code is bound to. */
import type { Schemas } from "@/api/client";

export type Way = "link" | "generate";
export type Customer = Schemas["Customer"];
export type Series = Schemas["Series"];
export type Settings = Schemas["Settings"];
export type StatusLabel = Schemas["StatusLabel"];
export type Card = Schemas["Card"];

export interface IssueValues {
  number: string; // as typed
  status_label: string;
  nickname: string;
  external_id: string;
  code: string;
}

/* The code that is sent allows exactly this. */
export interface Subject {
  number?: string;
  series_id?: string;
  status_label: string;
}

export const sameSubject = (one: Subject, other: Subject): boolean =>
  one.number === other.number && one.series_id === other.series_id && one.status_label === other.status_label;

/* Blanks never belong to a number: people type and paste them to read it more easily. */
export const plainNumber = (typed: string): string => typed.replace(/\s/g, "");

export const isNumber = (number: string): boolean => /^[0-9A-Za-z]{5,150}$/.test(number);

export const subjectOf = (way: Way, values: IssueValues, seriesId: string): Subject => ({
  ...(way === "link" ? { number: plainNumber(values.number) } : { series_id: seriesId }),
  status_label: values.status_label,
});

export function orderOf(
  customerId: string,
  subject: Subject,
  values: IssueValues,
  otp: { challenge_id: string; code: string } | null,
): Schemas["CardOrderInput"] {
  const nickname = values.nickname.trim();
  const externalId = values.external_id.trim();
  return {
    customer_id: customerId,
    ...subject,
    ...(otp ? { otp } : {}),
    ...(nickname ? { nickname } : {}),
    ...(externalId ? { external_id: externalId } : {}),
  };
}
