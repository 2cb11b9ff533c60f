import { Select, type SelectProps } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface Props extends Pick<SelectProps, "label" | "data" | "placeholder" | "searchable" | "w"> {
  value: string; // "": any
  onChange: (value: string) => void;
}

/* What a list is narrowed to, or nothing. */
export function FilterSelect({ value, onChange, ...props }: Props) {
  const { t } = useTranslation();
  return (
    <Select
      placeholder={t("common.filters.any")}
      {...props}
      value={value || null}
      onChange={(next) => onChange(next ?? "")}
      clearable
      clearButtonProps={{ "aria-label": t("common.filters.clear") }}
    />
  );
}
