import { useForm } from "@mantine/form";
import { useTranslation } from "react-i18next";

import { faultsByField, type Problem } from "@/api/problem";

import { lengthsOf, type SeriesValues } from "./seriesValues";

const MAX_LIMIT = 100_000;
const MAX_EXPIRY = 36_500;
const CODE = /^[0-9A-Za-z_-]+$/;

const whole = (value: number | string, max: number): boolean =>
  Number.isInteger(Number(value)) && Number(value) >= 1 && Number(value) <= max;

/* The form of a series, with what can be judged before anything is sent, and the program's faults at their fields. */
export function useSeriesForm(initialValues: SeriesValues) {
  const { t } = useTranslation();
  const needed = (value: string) => (value.trim() === "" ? t("common.required") : null);
  const limit = (value: number | string) =>
    value === "" || whole(value, MAX_LIMIT) ? null : t("series.form.wholeNumber");

  const form = useForm<SeriesValues>({
    initialValues,
    validate: {
      name: needed,
      code: (value) => needed(value) ?? (CODE.test(value.trim()) ? null : t("series.form.codeFormat")),
      numbering: {
        length: (value, { kind }) => {
          const { min, max } = lengthsOf(kind);
          const fits = whole(value, max) && Number(value) >= min;
          return fits ? null : t("series.form.lengthHelp", { min, max });
        },
      },
      max_cards_per_customer: limit,
      max_active_cards_per_customer: limit,
      expiry: {
        after: (value, { expiry }) =>
          expiry.unit === "never" || whole(value, MAX_EXPIRY) ? null : t("series.form.wholeNumber"),
      },
    },
  });

  const focus = (faults: object) => {
    const first = Object.keys(faults)[0];
    form.getInputNode(first ?? "")?.focus();
  };

  /* A fault of the numbering as a whole stands at its first field. */
  const faultsOf = (problem: Problem | null): Record<string, string> => {
    const { numbering, ...others } = faultsByField(problem);
    const whole = numbering && { "numbering.prefix": `${numbering} ${t("series.form.overlapNext")}` };
    return { ...others, ...whole };
  };

  const fieldsOf = (problem: Problem | null): string[] => [...Object.keys(faultsOf(problem)), "numbering"];

  const refuse = (problem: Problem | null) => {
    if (problem) {
      const faults = faultsOf(problem);
      form.setErrors(faults);
      focus(faults);
    }
  };

  return { form, focus, faultsOf, fieldsOf, refuse };
}

export type SeriesForm = ReturnType<typeof useSeriesForm>["form"];
