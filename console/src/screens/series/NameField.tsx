import { TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { SeriesForm } from "./useSeriesForm";

/* The first field of a form about a series. */
export function NameField({ form }: { form: SeriesForm }) {
  const { t } = useTranslation();
  return (
    <TextInput
      label={t("series.form.name")}
      description={t("series.form.nameHelp")}
      required
      autoFocus
      maxLength={100}
      autoComplete="off"
      {...form.getInputProps("name")}
    />
  );
}
