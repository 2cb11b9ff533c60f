import { useState } from "react";

import { client, type Schemas } from "@/api/client";
import type { Problem } from "@/api/problem";
import { useSubmit } from "@/api/submit";

export type Found = Schemas["NumberAvailability"];

export interface Availability {
  check: (number: string) => Promise<Found | null>;
  checking: boolean;
  problem: Problem | null;
  of: (number: string) => Found | null; // what is known of this number
}

/* May this number be linked? Known of the number that was asked about last, in this page's memory only. */
export function useAvailability(): Availability {
  const [last, setLast] = useState<{ number: string; found: Found } | null>(null);
  const request = useSubmit((number: string) => client.POST("/v1/card-numbers/check", { body: { number } }));

  const check = async (number: string) => {
    const sent = await request.submit(number);
    setLast(sent && { number, found: sent.output });
    return sent?.output ?? null;
  };

  return {
    check,
    checking: request.sending,
    problem: request.problem,
    of: (number) => (last?.number === number ? last.found : null),
  };
}
