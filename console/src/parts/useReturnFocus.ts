import { useEffect } from "react";

/* For a dialog that is mounted when it opens: gives the focus back to what had it before. */
export function useReturnFocus(): void {
  useEffect(() => {
    const opener = document.activeElement;
    return () => {
      window.setTimeout(() => opener instanceof HTMLElement && opener.focus());
    };
  }, []);
}
