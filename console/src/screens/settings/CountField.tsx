import { NumberInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface Props {
  label: string;
  help: string;
  value: number | null;
  onChange: (value: number | null) => void;
  empty?: string; // what an empty field means; without it a number has to be there
  unit?: string;
  error?: string | undefined;
}

/* A whole number. What is out of range is not corrected in silence: the program says what is allowed. */
export function CountField({ label, help, value, onChange, empty, unit, error }: Props) {
  const { t } = useTranslation();
  return (
    <NumberInput
      label={label}
      description={help}
      placeholder={empty ?? ""}
      value={value ?? ""}
      onChange={(typed) => onChange(typed === "" ? null : Number(typed))}
      {...(unit ? { suffix: ` ${unit}` } : {})}
      allowDecimal={false}
      allowNegative={false}
      clampBehavior="none"
      hideControls
      inputMode="numeric"
      maw={360}
      error={error ?? (empty === undefined && value === null ? t("common.required") : undefined)}
    />
  );
}
