import { Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { SeriesForm } from "./useSeriesForm";

/* May its numbers be generated, or are they only registered? */
export function GenerationSwitch({ form }: { form: SeriesForm }) {
  const { t } = useTranslation();
  return (
    <Switch
      label={t("series.form.generation")}
      description={t("series.form.generationHelp")}
      {...form.getInputProps("numbering.generation", { type: "checkbox" })}
    />
  );
}
