import { useLocalStorage } from "@mantine/hooks";
import { useEffect, useRef } from "react";

const EDITABLE = "input, textarea, select, [contenteditable], [role=dialog]";

/* Keys of one character can be switched off (WCAG 2.1.4): who dictates would press them without meaning to. */
export const useSearchKeySwitch = () =>
  useLocalStorage<boolean>({ key: "cardwright.search_key", defaultValue: true, getInitialValueInEffect: false });

/* Calls when "/" is pressed anywhere but in a field or a dialog. */
export function useSearchKey(onPress: () => void): void {
  const [on] = useSearchKeySwitch();
  const call = useRef(onPress);
  call.current = onPress;
  useEffect(() => {
    if (!on) {
      return;
    }
    const press = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : null;
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || target?.closest(EDITABLE)) {
        return;
      }
      event.preventDefault();
      call.current();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [on]);
}
