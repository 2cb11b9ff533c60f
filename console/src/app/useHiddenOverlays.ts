import { useLayoutEffect } from "react";

/* Hides what stands above the page (dialogs, menus, news), which the library puts outside of it, and brings it back. */
export function useHiddenOverlays(): void {
  useLayoutEffect(() => {
    const overlays = [...document.querySelectorAll<HTMLElement>("body > [data-portal]")];
    const set = (hidden: boolean) =>
      overlays.forEach((overlay) => {
        overlay.hidden = hidden;
        overlay.inert = hidden;
      });
    set(true);
    return () => set(false);
  }, []);
}
