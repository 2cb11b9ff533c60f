import { Button, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { useMay } from "@/api/session";
import { Facts } from "@/parts/Facts";
import { formatDateTime, formatNumber } from "@/parts/format";
import { Section } from "@/parts/Section";

import { GenerationSwitch } from "./GenerationSwitch";
import { NameField } from "./NameField";
import { RulesFields } from "./RulesFields";
import { SeriesEditForm } from "./SeriesEditForm";
import { rulesOf } from "./seriesValues";
import type { SeriesForm } from "./useSeriesForm";
import { useEditing } from "./useEditing";
import { useSeriesWords } from "./useSeriesWords";

interface Props {
  series: Schemas["Series"];
  reload: () => unknown;
}

/* The rules of a series, read or edited in place. */
export function RulesSection({ series, reload }: Props) {
  const { t } = useTranslation();
  const may = useMay();
  const { editing, button, begin, end } = useEditing();
  if (editing) {
    return (
      <Section title={t("series.one.editTitle")}>
        <SeriesEditForm
          series={series}
          reload={reload}
          patchOf={(values) => ({
            name: values.name.trim(),
            numbering: { generation: values.numbering.generation },
            ...rulesOf(values),
          })}
          onDone={end}
        >
          {(form) => <Fields form={form} />}
        </SeriesEditForm>
      </Section>
    );
  }
  const edit = may("change_series") && (
    <Button ref={button} variant="default" size="xs" onClick={begin}>
      {t("series.one.edit")}
    </Button>
  );
  return (
    <Section title={t("series.one.rules")} actions={edit}>
      <Rules series={series} />
    </Section>
  );
}

function Fields({ form }: { form: SeriesForm }) {
  return (
    <Stack>
      <NameField form={form} />
      <RulesFields form={form} />
      <GenerationSwitch form={form} />
    </Stack>
  );
}

function Rules({ series }: { series: Schemas["Series"] }) {
  const { t } = useTranslation();
  const words = useSeriesWords();
  const limit = (value: number | null) => (value === null ? t("common.unlimited") : formatNumber(value));
  return (
    <Facts
      facts={[
        { name: t("series.one.type"), value: t(`series.type.${series.type}`) },
        { name: t("series.one.maxCards"), value: limit(series.max_cards_per_customer) },
        { name: t("series.one.maxActive"), value: limit(series.max_active_cards_per_customer) },
        { name: t("series.one.expiry"), value: words.expiry(series) },
        { name: t("series.one.verifiedOnly"), value: t(series.verified_customers_only ? "common.yes" : "common.no") },
        { name: t("series.one.created"), value: formatDateTime(series.created_at) },
      ]}
    />
  );
}
