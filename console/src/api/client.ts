/*
 * The one door to the program: typed by its own OpenAPI document, so that a changed field breaks the build.
 *
 * Reads go through `api.useQuery("get", path, ...)`; what changes something goes through useSubmit (submit.ts).
 */
import createClient from "openapi-fetch";
import createQueries from "openapi-react-query";

import type { components, paths } from "@generated/schema";

import { csrfToken, refreshSession, sessionWasLost } from "./session";

export type Schemas = components["schemas"];

async function send(request: Request): Promise<Response> {
  const token = csrfToken();
  if (token !== null && request.method !== "GET") {
    request.headers.set("X-CSRF-Token", token);
  }
  return fetch(request);
}

async function codeOf(response: Response): Promise<string | undefined> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  return (body as { code?: string } | undefined)?.code;
}

// Another tab may have signed in anew since: its token is then the right one for this tab as well.
export async function sendAndHeal(attempt: () => Promise<Response>): Promise<Response> {
  const response = await attempt();
  if (response.status === 403 && (await codeOf(response)) === "csrf_failed" && (await refreshSession())) {
    return attempt();
  }
  if (response.status === 401 && (await codeOf(response)) === "unauthenticated") {
    sessionWasLost();
  }
  return response;
}

export const client = createClient<paths>({
  baseUrl: window.location.origin,
  fetch: (request) => sendAndHeal(() => send(request.clone())),
});
export const api = createQueries(client);
