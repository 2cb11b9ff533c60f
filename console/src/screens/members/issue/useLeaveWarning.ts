import { useEffect } from "react";

/* Asks before the page is left, by closing it or by one of its links; `text` is asked for the links. */
export function useLeaveWarning(active: boolean, text: string): void {
  useEffect(() => {
    if (!active) {
      return;
    }
    const unload = (event: BeforeUnloadEvent) => event.preventDefault();
    const click = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
      const leaves = link !== null && link.getAttribute("target") !== "_blank";
      if (leaves && !window.confirm(text)) {
        event.preventDefault();
        event.stopPropagation();
      }
    };
    window.addEventListener("beforeunload", unload);
    document.addEventListener("click", click, { capture: true });
    return () => {
      window.removeEventListener("beforeunload", unload);
      document.removeEventListener("click", click, { capture: true });
    };
  }, [active, text]);
}
