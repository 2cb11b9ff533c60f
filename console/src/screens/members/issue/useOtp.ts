import { useRef, useState } from "react";

import { client, type Schemas } from "@/api/client";
import type { Problem } from "@/api/problem";
import { useSubmit } from "@/api/submit";

import { sameSubject, type Subject } from "./order";
import { useNow } from "./useNow";

type Challenge = Schemas["OtpChallenge"];
export type OtpEnd = "expired" | "exhausted" | "used";
export type OtpPhase = "none" | "good" | "other" | OtpEnd;

export interface Otp {
  challenge: Challenge | null;
  phase: OtpPhase;
  attemptsLeft: number;
  validMs: number; // how long the code is still good
  pauseMs: number; // how long until another may be sent
  send: () => Promise<boolean>;
  sending: boolean;
  problem: Problem | null;
  refused: (code: string) => Promise<void>; // the program refused the code: take over what it knows now
}

interface Kept {
  challenge: Challenge;
  subject: Subject;
  expiresAt: number; // by this machine's clock, which may be wrong, but not by how long
  end: OtpEnd | null;
}

const ENDS: Record<string, OtpEnd> = {
  otp_expired: "expired",
  otp_exhausted: "exhausted",
  otp_used: "used",
  otp_not_found: "expired",
};

const between = (from: string, to: string): number => Date.parse(to) - Date.parse(from);

/* The code that was sent to the customer for `subject`, and how it stands. */
export function useOtp(customerId: string, subject: Subject): Otp {
  const [kept, setKept] = useState<Kept | null>(null);
  const [resend, setResend] = useState({ heardAt: 0, at: 0 });
  const retryAfter = useRef(0);
  const now = Math.max(useNow(kept !== null || resend.at > 0), resend.heardAt); // the clock ticks only every second

  const request = useSubmit(async (body: Schemas["OtpRequestInput"], headers) => {
    const reply = await client.POST("/v1/otp-challenges", { body, headers });
    retryAfter.current = Number(reply.response.headers.get("Retry-After") ?? 0);
    return reply;
  });

  const send = async () => {
    retryAfter.current = 0;
    const sent = await request.submit({ customer_id: customerId, purpose: "issue_card", ...subject });
    const heardAt = Date.now();
    if (!sent) {
      setResend((before) => (retryAfter.current > 0 ? { heardAt, at: heardAt + retryAfter.current * 1000 } : before));
      return false;
    }
    const challenge = sent.output;
    const expiresAt = heardAt + between(challenge.created_at, challenge.expires_at);
    setKept({ challenge, subject, expiresAt, end: null });
    setResend({ heardAt, at: heardAt + between(challenge.created_at, challenge.resend_after) });
    return true;
  };

  const refused = async (code: string) => {
    if (!kept) {
      return;
    }
    const { id } = kept.challenge;
    const reply = await client
      .GET("/v1/otp-challenges/{otp_id}", { params: { path: { otp_id: id } } })
      .catch(() => undefined);
    setKept((before) => {
      if (before?.challenge.id !== id) {
        return before;
      }
      const attempts = reply?.data?.attempts_left ?? before.challenge.attempts_left;
      const end = ENDS[code] ?? (attempts <= 0 ? "exhausted" : before.end);
      return { ...before, end, challenge: { ...before.challenge, attempts_left: attempts } };
    });
  };

  const phase = (): OtpPhase => {
    if (!kept) {
      return "none";
    }
    return kept.end ?? (kept.expiresAt <= now ? "expired" : sameSubject(kept.subject, subject) ? "good" : "other");
  };

  return {
    challenge: kept?.challenge ?? null,
    phase: phase(),
    attemptsLeft: kept?.challenge.attempts_left ?? 0,
    validMs: kept ? kept.expiresAt - now : 0,
    pauseMs: Math.max(0, resend.at - now),
    send,
    sending: request.sending,
    problem: request.problem,
    refused,
  };
}
