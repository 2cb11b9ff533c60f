import { NativeSelect } from "@mantine/core";
import type { ReactNode, Ref } from "react";
import { useTranslation } from "react-i18next";

import type { StatusLabel } from "./order";

interface Props {
  labels: StatusLabel[];
  value: string;
  error?: ReactNode;
  inputRef: Ref<HTMLSelectElement>;
  onChange: (label: string) => void;
}

const ISSUABLE = ["active", "inactive"] as const;

/* The labels that an issued card may begin with, by their status. */
export function LabelField({ labels, value, error, inputRef, onChange }: Props) {
  const { t } = useTranslation();
  const groups = ISSUABLE.map((status) => ({
    group: t(`common.cardStatus.${status}`),
    items: labels.filter((row) => row.status === status).map((row) => row.label),
  })).filter((group) => group.items.length > 0);
  return (
    <NativeSelect
      ref={inputRef}
      label={t("issue.label.label")}
      description={t("issue.label.help")}
      error={error}
      required
      data={groups}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

export const issuableLabels = (labels: StatusLabel[]): StatusLabel[] =>
  labels.filter((row) => !row.retired && (ISSUABLE as readonly string[]).includes(row.status));

export const defaultLabel = (labels: StatusLabel[]): string =>
  (labels.find((row) => row.default && row.status === "active") ?? labels[0])?.label ?? "";
