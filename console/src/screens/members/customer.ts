/* A customer in the words of the screens. */
import type { Schemas } from "@/api/client";

export type Customer = Schemas["Customer"];

/* What to call somebody: the name, or whatever else is known. */
export function customerName(customer: Customer): string {
  const name = [customer.first_name, customer.last_name].filter(Boolean).join(" ");
  return name || customer.mobile || customer.email || customer.external_id || customer.id;
}

export type Verification = Customer["verification"];
