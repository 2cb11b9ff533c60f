import { TextInput } from "@mantine/core";

import { useTyped } from "@/parts/useTyped";

import { isDay } from "./time";

interface Props {
  label: string;
  value: string;
  error?: string | null;
  onChange: (value: string) => void;
}

/* A day. What is typed halfway stays here: each change that is told reads the trail, and that is recorded. */
export function DayField({ label, value, error, onChange }: Props) {
  const [typed, setTyped] = useTyped(value);
  return (
    <TextInput
      type="date"
      label={label}
      error={error}
      value={typed}
      onChange={(event) => {
        const next = event.currentTarget.value;
        setTyped(next);
        if (isDay(next)) {
          onChange(next);
        }
      }}
      onBlur={() => typed === "" && value !== "" && onChange("")}
    />
  );
}
