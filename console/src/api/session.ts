/*
 * Who is signed in, for the whole page. One place holds it; components read it through useSession().
 *
 * A session that ended while somebody works (idle, signed out elsewhere, password changed) becomes `locked`: the page
 * stays as it is behind the lock, and goes on when the same person signs in again.
 */
import { useSyncExternalStore } from "react";

import type { components } from "@generated/schema";

export type Session = components["schemas"]["Session"];
export type SessionState =
  | { kind: "unknown" }
  | { kind: "out" }
  | { kind: "in"; session: Session }
  | { kind: "locked"; session: Session };

let state: SessionState = { kind: "unknown" };
const listeners = new Set<() => void>();

function become(next: SessionState): void {
  state = next;
  listeners.forEach((listener) => listener());
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useSessionState = (): SessionState => useSyncExternalStore(subscribe, () => state);

/* For components that are only shown to somebody signed in. */
export function useSession(): Session {
  const now = useSessionState();
  if (now.kind !== "in" && now.kind !== "locked") {
    throw new Error("nobody is signed in");
  }
  return now.session;
}

/* May the person do this? Names as in the API's document: "issue_cards". */
export function useMay(): (permission: string) => boolean {
  const session = useSession();
  return (permission) => session.permissions.includes(permission);
}

export function csrfToken(): string | null {
  return state.kind === "in" ? state.session.csrf_token : null;
}

export function signedIn(session: Session): void {
  const other = state.kind === "locked" && state.session.user_id !== session.user_id;
  if (other) {
    window.location.assign("/"); // nothing of the one before stays on the screen
    return;
  }
  become({ kind: "in", session });
}

export const signedOut = (): void => become({ kind: "out" });

export function sessionWasLost(): void {
  if (state.kind === "in") {
    become({ kind: "locked", session: state.session });
  }
}

/* Asks the program who is signed in; false when nobody is. */
export async function refreshSession(): Promise<boolean> {
  const reply = await fetch("/v1/session", { headers: { Accept: "application/json" } });
  if (reply.ok) {
    signedIn((await reply.json()) as Session);
    return true;
  }
  if (reply.status !== 401) {
    throw new TypeError(`the session could not be read: ${reply.status}`);
  }
  if (state.kind === "unknown") {
    become({ kind: "out" });
  }
  return false;
}

/* Ends the session on the server, and locks the page. */
export async function lock(): Promise<void> {
  const token = csrfToken();
  sessionWasLost();
  if (token !== null) {
    await fetch("/v1/session", { method: "DELETE", headers: { "X-CSRF-Token": token } }).catch(() => undefined);
  }
}
