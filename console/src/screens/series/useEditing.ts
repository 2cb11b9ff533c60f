import { useRef, useState } from "react";

/* Whether a part of a page is being edited; the focus comes back to its button. */
export function useEditing() {
  const [editing, setEditing] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  return {
    editing,
    button,
    begin: () => setEditing(true),
    end: () => {
      setEditing(false);
      window.setTimeout(() => button.current?.focus());
    },
  };
}
