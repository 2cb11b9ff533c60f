import { useEffect } from "react";
import { useTranslation } from "react-i18next";

const isLeaving = (link: HTMLAnchorElement): boolean =>
  link.origin === window.location.origin && link.pathname !== window.location.pathname && link.target === "";

/* Asks before unsaved work is left behind: by a link of the console, by closing or reloading the page. */
export function useLeaveGuard(unsaved: boolean, question?: string): void {
  const { t } = useTranslation();
  const asked = question ?? t("common.leaveUnsaved");
  useEffect(() => {
    if (!unsaved) {
      return;
    }
    const beforeUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    const beforeLink = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest("a") : null;
      if (link && isLeaving(link) && !window.confirm(asked)) {
        event.preventDefault();
        event.stopPropagation();
      }
    };
    window.addEventListener("beforeunload", beforeUnload);
    document.addEventListener("click", beforeLink, { capture: true });
    return () => {
      window.removeEventListener("beforeunload", beforeUnload);
      document.removeEventListener("click", beforeLink, { capture: true });
    };
  }, [unsaved, asked]);
}
