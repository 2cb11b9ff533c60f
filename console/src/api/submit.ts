/*
 * What changes something: sent with an Idempotency-Key, so that a lost connection never does a thing twice.
 *
 * The same input keeps its key until the program has answered for good. While the connection is lost the request is sent
 * again by itself; after the last try the person may press the button again, still with the same key.
 */
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";

import { isUndecided, problemOf, type Problem } from "./problem";

export interface Reply<Output> {
  data?: Output | undefined;
  error?: unknown;
  response: Response;
}

export interface Sent<Output> {
  output: Output;
  replayed: boolean; // the program had done it before; secrets are left out of what it repeats
}

export interface Submit<Input, Output> {
  submit: (input: Input) => Promise<Sent<Output> | null>;
  sending: boolean;
  retrying: boolean; // the connection is lost and the request is being sent again
  problem: Problem | null;
  undecided: boolean; // the last try ended without an answer: only the same input, sent again, finds out
  reset: () => void;
}

const RETRY_DELAYS_MS = [500, 1000, 2000, 4000];
// The program refuses with these before it looks for the key: they do not say what became of a request that was lost.
const BEFORE_THE_KEY = [401, 403, 429];
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `console-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

async function attempt<Output>(send: () => Promise<Reply<Output>>): Promise<Sent<Output>> {
  const reply = await send();
  if (!reply.response.ok) {
    throw problemOf(reply.error);
  }
  return { output: reply.data as Output, replayed: reply.response.headers.get("Idempotent-Replayed") === "true" };
}

/* `send` gets the input and the headers to send with it; `changes` are the paths whose reads are then stale. */
export function useSubmit<Input, Output>(
  send: (input: Input, headers: Record<string, string>) => Promise<Reply<Output>>,
  changes: string[] = [],
): Submit<Input, Output> {
  const queries = useQueryClient();
  const [sending, setSending] = useState(false);
  const [retrying, setRetrying] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [undecided, setUndecided] = useState(false);
  const open = useRef<{ input: string; key: string; lost: boolean } | null>(null);
  const busy = useRef(false);

  async function sendUntilDecided(input: Input, request: { key: string; lost: boolean }): Promise<Sent<Output>> {
    for (const delay of [...RETRY_DELAYS_MS, null]) {
      try {
        return await attempt(() => send(input, { "Idempotency-Key": request.key }));
      } catch (error) {
        const found = problemOf(error);
        request.lost ||= isUndecided(found);
        if (delay === null || !isUndecided(found)) {
          throw found;
        }
        setRetrying(true);
        await pause(delay);
      }
    }
    throw new Error("unreachable");
  }

  async function submit(input: Input): Promise<Sent<Output> | null> {
    if (busy.current) {
      return null;
    }
    const same = JSON.stringify(input) ?? "";
    if (open.current?.input !== same) {
      open.current = { input: same, key: newKey(), lost: false };
    }
    const request = open.current;
    busy.current = true;
    setSending(true);
    setProblem(null);
    setUndecided(false);
    try {
      const sent = await sendUntilDecided(input, request);
      open.current = null;
      await Promise.all(
        changes.map((path) =>
          queries.invalidateQueries({ predicate: (query) => String(query.queryKey[1]).startsWith(path) }),
        ),
      );
      return sent;
    } catch (error) {
      const found = problemOf(error);
      const mayBeDone = isUndecided(found) || (request.lost && BEFORE_THE_KEY.includes(found.status));
      open.current = mayBeDone ? request : null;
      setUndecided(mayBeDone);
      setProblem(found);
      return null;
    } finally {
      busy.current = false;
      setSending(false);
      setRetrying(false);
    }
  }

  return { submit, sending, retrying, problem, undecided, reset: () => setProblem(null) };
}
