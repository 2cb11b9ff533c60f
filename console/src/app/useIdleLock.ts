import { useEffect } from "react";

import { lock } from "@/api/session";

const IDLE_MS = 15 * 60 * 1000; // PCI DSS 8.2.8, and what the program's own sessions keep
const CHECK_MS = 5_000;
const KEY = "cardwright.last_active_ms"; // shared by all tabs of the console
const SIGNS = ["pointerdown", "keydown", "wheel", "touchstart"] as const;

const wasActive = () => localStorage.setItem(KEY, String(Date.now()));
const isIdle = () => Date.now() - Number(localStorage.getItem(KEY) ?? 0) >= IDLE_MS;

/* Locks the page after 15 minutes without a key or a click in any tab. */
export function useIdleLock(working: boolean): void {
  useEffect(() => {
    if (!working) {
      return;
    }
    const check = () => {
      if (isIdle()) {
        void lock();
      }
    };
    // The first key after the machine slept must not pass for having been there all the time.
    const sign = () => (isIdle() ? check() : wasActive());
    wasActive();
    SIGNS.forEach((name) => window.addEventListener(name, sign, { passive: true }));
    const timer = window.setInterval(check, CHECK_MS);
    return () => {
      SIGNS.forEach((name) => window.removeEventListener(name, sign));
      window.clearInterval(timer);
    };
  }, [working]);
}
