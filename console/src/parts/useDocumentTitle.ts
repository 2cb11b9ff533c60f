import { useEffect } from "react";

/* The title of the browser's tab: what is on the screen, then the product. */
export function useDocumentTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Cardwright`;
  }, [title]);
}
