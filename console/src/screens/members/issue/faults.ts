/* Which field of the form each fault of a refusal belongs to. */
import type { Problem } from "@/api/problem";

export type Fault = NonNullable<Problem["errors"]>[number];
export type FormField = "number" | "series_id" | "status_label" | "nickname" | "external_id" | "code";

const LIMITS = new Set(["max_cards_per_customer", "max_active_cards_per_customer"]);

export const isLimit = (fault: Fault): boolean => LIMITS.has(fault.code);

export function fieldOf(fault: Fault): FormField | null {
  if (isLimit(fault)) {
    return null;
  }
  if (fault.field.startsWith("otp")) {
    return "code";
  }
  switch (fault.field) {
    case "number":
    case "series_id":
    case "status_label":
    case "nickname":
    case "external_id":
      return fault.field;
    default:
      return null;
  }
}

/* A refusal without a list of faults says it all in its own code. */
export function faultsOf(problem: Problem): Fault[] {
  const listed = problem.errors ?? [];
  return listed.length > 0 ? listed : [{ field: "", code: problem.code, message: problem.detail || problem.title }];
}
