import { SimpleGrid, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { api } from "@/api/client";
import { faultsByField } from "@/api/problem";
import { useMay } from "@/api/session";
import { Loaded } from "@/parts/Loaded";
import { Page } from "@/parts/Page";
import { Section } from "@/parts/Section";

import { CountedStatuses } from "./CountedStatuses";
import { CountField } from "./CountField";
import { SettingsFacts } from "./SettingsFacts";
import { SettingsForm } from "./SettingsForm";
import type { SettingName, Settings } from "./settingsValues";
import { useSettingsDraft } from "./useSettingsDraft";
import { useSettingsWords } from "./useSettingsWords";

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
  const may = useMay();
  const settings = api.useQuery("get", "/v1/settings");
  return (
    <Page title={t("app.nav.globalSettings")} lead={t("settings.global.lead")}>
      <Loaded of={settings}>
        {(stored) =>
          may("change_settings") ? <Fields stored={stored} /> : <SettingsFacts settings={stored} names={SHOWN} />
        }
      </Loaded>
    </Page>
  );
}

function Fields({ stored }: { stored: Settings }) {
  const { t } = useTranslation();
  const draft = useSettingsDraft(stored);
  const words = useSettingsWords();
  const faults = faultsByField(draft.saving.problem);
  const { values, set } = draft;

  const count = (name: CountName) => ({
    label: words.name(name),
    value: values[name],
    onChange: (value: number | null) => set(name, value),
    error: faults[name],
  });

  return (
    <SettingsForm draft={draft} words={words}>
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
    </SettingsForm>
  );
}
