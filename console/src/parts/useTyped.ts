import { useState } from "react";

/* What is typed on the way to `value`, which follows later; and which changes by itself when somebody goes back. */
export function useTyped(value: string): [typed: string, setTyped: (typed: string) => void] {
  const [typed, setTyped] = useState(value);
  const [shown, setShown] = useState(value);
  if (value !== shown) {
    setShown(value);
    setTyped(value);
  }
  return [typed, setTyped];
}
