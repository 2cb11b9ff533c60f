/* What a form about a series holds, and what the program wants of it. The paths are those of the API's fields. */
import type { Schemas } from "@/api/client";

type Series = Schemas["Series"];
type Entered = number | string; // of a number input: "" is empty

export const LOYALTY_LENGTHS = { min: 5, max: 150 };
export const PAYMENT_LENGTHS = { min: 8, max: 19 };

export interface Numbering {
  prefix: string;
  suffix: string;
  length: Entered;
  method: Series["numbering"]["method"];
  check_digit: Series["numbering"]["check_digit"];
  start: Entered;
  generation: boolean;
}

export interface SeriesValues {
  name: string;
  code: string;
  kind: Series["kind"];
  type: Series["type"];
  numbering: Numbering;
  max_cards_per_customer: Entered;
  max_active_cards_per_customer: Entered;
  expiry: { unit: "never" | "days" | "months"; after: Entered };
  verified_customers_only: boolean;
}

export const emptySeries: SeriesValues = {
  name: "",
  code: "",
  kind: "loyalty",
  type: "physical",
  numbering: {
    prefix: "",
    suffix: "",
    length: 16,
    method: "random",
    check_digit: "luhn",
    start: "",
    generation: true,
  },
  max_cards_per_customer: "",
  max_active_cards_per_customer: "",
  expiry: { unit: "never", after: "" },
  verified_customers_only: false,
};

export function valuesOf(series: Series): SeriesValues {
  return {
    name: series.name,
    code: series.code,
    kind: series.kind,
    type: series.type,
    numbering: { ...series.numbering, start: series.numbering.start || "" },
    max_cards_per_customer: series.max_cards_per_customer ?? "",
    max_active_cards_per_customer: series.max_active_cards_per_customer ?? "",
    expiry: { unit: series.expiry?.unit ?? "never", after: series.expiry?.after ?? "" },
    verified_customers_only: series.verified_customers_only,
  };
}

export const isPayment = (kind: Series["kind"]): boolean => kind !== "loyalty";
export const lengthsOf = (kind: Series["kind"]) => (isPayment(kind) ? PAYMENT_LENGTHS : LOYALTY_LENGTHS);

/* As it will be sent: what a payment kind does not leave to choose is settled, whatever was chosen before. */
export function numberingOf({ kind, numbering }: Pick<SeriesValues, "kind" | "numbering">) {
  const { prefix, generation } = numbering;
  const length = Number(numbering.length);
  if (isPayment(kind)) {
    const settled = { suffix: "", method: "random", check_digit: "luhn", start: 0 } as const;
    return { prefix: prefix.trim(), length, generation, ...settled };
  }
  return {
    prefix: prefix.trim(),
    suffix: numbering.suffix.trim(),
    length,
    method: numbering.method,
    check_digit: numbering.check_digit,
    start: numbering.method === "sequential" ? Number(numbering.start) : 0,
    generation,
  };
}

const orNull = (value: Entered): number | null => (value === "" ? null : Number(value));

export function rulesOf(values: SeriesValues) {
  const { unit, after } = values.expiry;
  return {
    max_cards_per_customer: orNull(values.max_cards_per_customer),
    max_active_cards_per_customer: orNull(values.max_active_cards_per_customer),
    expiry: unit === "never" ? null : { after: Number(after), unit },
    verified_customers_only: values.verified_customers_only,
  };
}

/* The day a card issued today would expire: as the program counts, in UTC, months to the last day of the month. */
export function expiryExample({ unit, after }: SeriesValues["expiry"], now = new Date()): string | null {
  const count = Number(after);
  if (unit === "never" || !Number.isInteger(count) || count < 1 || count > 36_500) {
    return null;
  }
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  const date = unit === "days" ? Date.UTC(year, month, day + count) : Date.UTC(year, month + count + 1, 0);
  return new Date(date).toISOString();
}
