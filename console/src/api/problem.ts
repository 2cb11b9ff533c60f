/* A refusal as the program tells it (RFC 9457), and the few that the browser makes itself. */
import type { Schemas } from "./client";
import { faultText } from "./problemText";

export type Problem = Omit<Schemas["Problem"], "type">;

const CODE_CONNECTION_LOST = "connection_lost";
const CODE_UNEXPECTED_REPLY = "unexpected_reply"; // of something between, such as a proxy whose server is gone

function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "code" in value && "title" in value;
}

/* Whatever was thrown or answered, as a problem: no reply at all is a lost connection. */
export function problemOf(error: unknown): Problem {
  if (isProblem(error)) {
    return error;
  }
  const lost = error instanceof TypeError;
  return {
    title: "",
    status: 0,
    code: lost ? CODE_CONNECTION_LOST : CODE_UNEXPECTED_REPLY,
    detail: "",
    request_id: "",
  };
}

/* Codes after which the same request may be sent again with the same Idempotency-Key. */
const UNDECIDED = new Set([
  CODE_CONNECTION_LOST,
  CODE_UNEXPECTED_REPLY,
  "outcome_unknown",
  "request_in_progress",
  "overloaded",
  "shutting_down",
  "storage_conflict",
]);

export const isUndecided = (problem: Problem): boolean => UNDECIDED.has(problem.code);

/* Texts by field, as a form shows them. */
export function faultsByField(problem: Problem | null): Record<string, string> {
  return Object.fromEntries((problem?.errors ?? []).filter((e) => e.field !== "").map((e) => [e.field, faultText(e)]));
}

export const hasFault = (problem: Problem | null, code: string): boolean =>
  problem !== null && (problem.code === code || (problem.errors ?? []).some((e) => e.code === code));
