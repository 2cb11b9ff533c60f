import { useEffect, useRef, useState } from "react";

import { problemOf, type Problem } from "@/api/problem";
import { saveFile } from "@/parts/saveFile";

import { readTrail } from "./csvPages";
import { localToday } from "./time";
import type { AuditQuery } from "./useAuditFilter";

export type ExportState =
  | { kind: "idle" | "cancelled" }
  | { kind: "running"; count: number }
  | { kind: "done"; count: number; name: string }
  | { kind: "failed"; problem: Problem };

/* One export at a time. It ends with the screen that began it. */
export function useExport() {
  const [state, setState] = useState<ExportState>({ kind: "idle" });
  const controller = useRef<AbortController | null>(null);
  useEffect(() => () => controller.current?.abort(), []);

  const start = async (query: AuditQuery) => {
    const own = new AbortController();
    controller.current = own;
    setState({ kind: "running", count: 0 });
    try {
      const tell = (count: number) => setState({ kind: "running", count });
      const { content, count } = await readTrail(query, own.signal, tell);
      const name = `audit-${localToday()}.csv`;
      saveFile(name, content);
      setState({ kind: "done", count, name });
    } catch (error) {
      setState(own.signal.aborted ? { kind: "cancelled" } : { kind: "failed", problem: problemOf(error) });
    }
  };
  return { state, start, cancel: () => controller.current?.abort(), dismiss: () => setState({ kind: "idle" }) };
}
