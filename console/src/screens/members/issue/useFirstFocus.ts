import { useEffect, type RefObject } from "react";

/* The field that is filled in first takes the cursor when nothing has it: what had it went with the screen before. */
export function useFirstFocus(ref: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    if (document.activeElement === document.body) {
      ref.current?.focus();
    }
  }, [ref]);
}
