import { Select } from "@mantine/core";
import type { ReactNode } from "react";

import { useEveryLabel } from "@/api/everyPage";

interface Props {
  label: string;
  description?: string;
  value: string | null; // null: the default one
  onChange: (label: string) => void;
  error?: ReactNode;
  "data-autofocus"?: boolean;
}

/* The labels a card may have that nobody has yet. */
export function LabelSelect({ value, onChange, ...props }: Props) {
  const labels = useEveryLabel();
  const rows = (labels.data ?? []).filter((row) => row.status === "not_issued" && !row.retired);
  return (
    <Select
      {...props}
      data={rows.map((row) => row.label)}
      value={value ?? rows.find((row) => row.default)?.label ?? null}
      onChange={(label) => label !== null && onChange(label)}
      allowDeselect={false}
      searchable={rows.length > 10}
    />
  );
}
