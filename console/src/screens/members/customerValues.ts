/* The fields of the customer form, and their way from what was typed and to what is sent. */
import type { Schemas } from "@/api/client";

import type { Customer, Verification } from "./customer";

export const CUSTOMER_FIELDS = [
  "first_name",
  "last_name",
  "mobile",
  "email",
  "external_id",
  "date_of_birth",
  "nationality",
  "verification",
] as const;

export type CustomerField = (typeof CUSTOMER_FIELDS)[number];
export type CustomerValues = Record<CustomerField, string>;
export type CustomerInput = Schemas["CustomerInput"];

export const NO_VALUES: CustomerValues = {
  first_name: "",
  last_name: "",
  mobile: "",
  email: "",
  external_id: "",
  date_of_birth: "",
  nationality: "",
  verification: "verified",
};

export function valuesOf(customer: Customer): CustomerValues {
  return Object.fromEntries(CUSTOMER_FIELDS.map((field) => [field, customer[field] ?? ""])) as CustomerValues;
}

/* As the program takes a mobile number: people write it with blanks, brackets, dashes and 00. */
const tidyMobile = (typed: string): string => typed.replace(/[\s().\-/]/g, "").replace(/^00/, "+");

export function tidy(values: CustomerValues): CustomerValues {
  const trimmed = Object.fromEntries(CUSTOMER_FIELDS.map((field) => [field, values[field].trim()])) as CustomerValues;
  return { ...trimmed, mobile: tidyMobile(trimmed.mobile) };
}

/* What differs from `base`; an emptied field is sent as null, which removes it. */
export function changesFrom(base: CustomerValues, values: CustomerValues): CustomerInput {
  const changed = CUSTOMER_FIELDS.filter((field) => values[field] !== base[field]);
  return Object.fromEntries(changed.map((field) => [field, values[field] || null]));
}

export const isChanged = (base: CustomerValues, values: CustomerValues): boolean =>
  CUSTOMER_FIELDS.some((field) => values[field] !== base[field]);

export function inputOf(values: CustomerValues): CustomerInput {
  const given = CUSTOMER_FIELDS.filter((field) => field !== "verification" && values[field] !== "");
  return {
    ...Object.fromEntries(given.map((field) => [field, values[field]])),
    verification: values.verification as Verification,
  };
}

/* Where the text of a search that found nobody belongs. What may be a card number belongs nowhere. */
export function guessValues(typed: string): Partial<CustomerValues> {
  const text = typed.trim();
  const mobile = tidyMobile(text);
  if (text.includes("@")) {
    return { email: text };
  }
  if (/^\+?\d{7,15}$/.test(mobile)) {
    return { mobile };
  }
  if (/\d{12}/.test(mobile)) {
    return {};
  }
  if (/\d/.test(text)) {
    return { external_id: text };
  }
  const words = text.split(/\s+/);
  return words.length > 1
    ? { first_name: words.slice(0, -1).join(" "), last_name: words[words.length - 1] ?? "" }
    : { first_name: text };
}
