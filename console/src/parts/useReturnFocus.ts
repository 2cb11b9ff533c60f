import { useEffect } from "react";

const CONTENT = "content"; // the frame's

/* While something stands over the page; then the focus goes back to what had it before, or to the page if that is gone. */
export function useReturnFocus(over: boolean): void {
  useEffect(() => {
    if (!over) {
      return;
    }
    const opener = document.activeElement;
    return () => {
      window.setTimeout(() => {
        const target = opener?.isConnected ? opener : document.getElementById(CONTENT);
        if (target instanceof HTMLElement) {
          target.focus();
        }
      });
    };
  }, [over]);
}
