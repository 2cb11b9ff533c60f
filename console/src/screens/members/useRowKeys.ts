import { useRef, type KeyboardEvent } from "react";

const BACK = new Set(["ArrowUp", "ArrowLeft"]);
const ON = new Set(["ArrowDown", "ArrowRight"]);

/* Arrow keys, Home and End among what carries data-row under `list`. `onLeave`: up from the first row. */
export function useRowKeys<Element extends HTMLElement>(onLeave?: () => void) {
  const list = useRef<Element>(null);
  const rows = () => [...(list.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];

  const onKeyDown = (event: KeyboardEvent) => {
    const all = rows();
    const at = all.findIndex((row) => row === document.activeElement);
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const to = BACK.has(event.key)
      ? at - 1
      : ON.has(event.key)
        ? at + 1
        : event.key === "Home"
          ? 0
          : event.key === "End"
            ? all.length - 1
            : null;
    if (to === null) {
      return;
    }
    event.preventDefault();
    if (to < 0) {
      onLeave?.();
    } else {
      all[Math.min(to, all.length - 1)]?.focus();
    }
  };

  return { list, onKeyDown, focusFirst: () => rows()[0]?.focus() };
}
