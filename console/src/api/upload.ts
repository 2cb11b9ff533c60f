/* Sends a file and tells how much of it is on its way, which fetch cannot. For useSubmit, like the typed client. */
import { sendAndHeal } from "./client";
import type { Problem } from "./problem";
import { csrfToken } from "./session";

export interface Upload {
  path: string;
  file: File;
  type: string;
  headers: Record<string, string>;
  signal: AbortSignal;
  onProgress: (sent: number) => void; // bytes
}

const STOPPED: Problem = { title: "", status: 0, code: "upload_stopped", detail: "", request_id: "" };

export const isStopped = (problem: Problem | null): boolean => problem?.code === STOPPED.code;

function sendOnce({ path, file, type, headers, signal, onProgress }: Upload): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Content-Type", type);
    request.setRequestHeader("X-CSRF-Token", csrfToken() ?? "");
    Object.entries(headers).forEach(([name, value]) => request.setRequestHeader(name, value));
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onload = () => {
      const replayed = request.getResponseHeader("Idempotent-Replayed");
      resolve(
        new Response(request.responseText, {
          status: request.status,
          headers: replayed === null ? {} : { "Idempotent-Replayed": replayed },
        }),
      );
    };
    request.onerror = () => reject(new TypeError("the connection was lost"));
    request.onabort = () => reject(STOPPED);
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}

export async function upload<Output>(what: Upload): Promise<{ data?: Output; error?: unknown; response: Response }> {
  if (what.signal.aborted) {
    throw STOPPED;
  }
  const response = await sendAndHeal(() => sendOnce(what));
  const body: unknown = await response.json().catch(() => undefined);
  return response.ok ? { data: body as Output, response } : { error: body, response };
}
