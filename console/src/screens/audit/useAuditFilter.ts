import { useUrlState } from "@/parts/useUrlState";

import { isDay, startOf } from "./time";

const NAMES = ["action", "actor", "result", "subject", "from", "to", "after"] as const;

export type FilterName = (typeof NAMES)[number];
export type FilterValues = Record<FilterName, string>;
export type SetFilter = (changes: Partial<FilterValues>) => void;

export const isPrintedId = (text: string): boolean => /^[a-z_]+_[0-9A-Za-z]{13}$/.test(text);

/* What is asked of the program. An actor is an id here: a name would be a person's address. */
function queryOf(values: FilterValues) {
  return {
    ...(values.action && { action: values.action }),
    ...(isPrintedId(values.actor) && { actor: values.actor }),
    ...(values.result && { result: values.result }),
    ...(isPrintedId(values.subject) && { subject_id: values.subject }),
    ...(isDay(values.from) && { from: startOf(values.from) }),
    ...(isDay(values.to) && { to: startOf(values.to, 1) }),
  };
}

export type AuditQuery = ReturnType<typeof queryOf>;

export function useAuditFilter() {
  const { values, set } = useUrlState(NAMES);
  const filtered = NAMES.some((name) => name !== "after" && values[name] !== "");
  const clear = () => set({ action: "", actor: "", result: "", subject: "", from: "", to: "" });
  return { values, set, filtered, clear, query: queryOf(values) };
}
