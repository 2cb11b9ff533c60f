import { SimpleGrid, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { Section } from "@/parts/Section";

import { CountedStatuses } from "./CountedStatuses";
import { CountField } from "./CountField";
import type { FieldsProps } from "./SettingsForm";
import { SettingsPage } from "./SettingsPage";
import type { SettingName } from "./settingsValues";

type CountName = "max_cards_per_customer" | "max_active_cards_per_customer" | "download_days" | "resting_days";

const SHOWN: SettingName[] = [
  "max_cards_per_customer",
  "max_active_cards_per_customer",
  "active_statuses",
  "download_days",
  "resting_days",
];

export function Screen() {
  const { t } = useTranslation();
  return (
    <SettingsPage
      title={t("app.nav.globalSettings")}
      lead={t("settings.global.lead")}
      names={SHOWN}
      fields={Fields}
    />
  );
}

function Fields({ draft: { values, set }, words, faults }: FieldsProps) {
  const { t } = useTranslation();
  const count = (name: CountName) => ({
    label: words.name(name),
    value: values[name],
    onChange: (value: number | null) => set(name, value),
    error: faults[name],
  });
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }}>
      <Section title={t("settings.global.limits")} lead={t("settings.global.limitsHelp")}>
        <CountField
          {...count("max_cards_per_customer")}
          help={t("settings.global.maxCardsHelp")}
          empty={t("common.unlimited")}
        />
        <CountField
          {...count("max_active_cards_per_customer")}
          help={t("settings.global.maxActiveHelp")}
          empty={t("common.unlimited")}
        />
        <CountedStatuses
          value={values.active_statuses}
          onChange={(chosen) => set("active_statuses", chosen)}
          error={faults["active_statuses"]}
        />
      </Section>
      <Stack>
        <Section title={t("settings.global.downloads")}>
          <CountField
            {...count("download_days")}
            help={t("settings.global.downloadHelp")}
            unit={t("settings.words.dayUnit", { count: values.download_days ?? 2 })}
          />
        </Section>
        <Section title={t("settings.global.resting")}>
          <CountField
            {...count("resting_days")}
            help={t("settings.global.restingHelp")}
            unit={t("settings.words.dayUnit", { count: values.resting_days ?? 2 })}
          />
        </Section>
      </Stack>
    </SimpleGrid>
  );
}
