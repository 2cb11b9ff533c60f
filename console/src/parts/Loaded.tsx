import type { ReactNode } from "react";

import { problemOf } from "@/api/problem";

import { ProblemNotice } from "./ProblemNotice";
import { Waiting } from "./Waiting";

interface Read<Data> {
  data: Data | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

/* What a read became: waiting, a problem with a way to try again, or the data. */
export function Loaded<Data>({ of, children }: { of: Read<Data>; children: (data: Data) => ReactNode }) {
  if (of.data !== undefined) {
    return children(of.data);
  }
  return of.error ? <ProblemNotice problem={problemOf(of.error)} onRetry={() => of.refetch()} /> : <Waiting />;
}
