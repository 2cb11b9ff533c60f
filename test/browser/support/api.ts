export type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";

interface Problem {
  code: string;
  detail?: string;
  errors?: { field: string; code: string; message: string }[];
}

/** The program said no; `code` is the problem's. */
export class Refusal extends Error {
  constructor(
    what: string,
    readonly status: number,
    readonly code: string,
    detail: string,
  ) {
    super(`${what}: ${status} ${code}: ${detail}`);
    this.name = "Refusal";
  }
}

export interface Answer<T> {
  body: T;
  headers: Headers;
}

/** One request. A body that is a string goes as it is (give a Content-Type), anything else as JSON. */
export async function request<T>(
  method: Method,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<T>> {
  const sent: Record<string, string> = typeof body === "object" ? { "Content-Type": "application/json" } : {};
  const reply = await fetch(url, {
    method,
    headers: { ...sent, ...headers },
    body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
    redirect: "error",
  });
  const text = await reply.text();
  const isJson = /\bjson\b/.test(reply.headers.get("content-type") ?? "");
  if (!reply.ok) {
    const what = `${method} ${new URL(url).pathname}`;
    if (!isJson) throw new Refusal(what, reply.status, "no_problem_document", text.slice(0, 300));
    const problem = JSON.parse(text) as Problem;
    const faults = (problem.errors ?? []).map((fault) => `${fault.field} ${fault.code} (${fault.message})`);
    throw new Refusal(what, reply.status, problem.code, [problem.detail ?? "", ...faults].join("; "));
  }
  return { body: (isJson && text !== "" ? JSON.parse(text) : text) as T, headers: reply.headers };
}
