import { useTranslation } from "react-i18next";

import { api } from "@/api/client";
import { faultsByField } from "@/api/problem";
import { useMay } from "@/api/session";
import { Loaded } from "@/parts/Loaded";
import { Page } from "@/parts/Page";
import { Section } from "@/parts/Section";

import { OtpFields } from "./OtpFields";
import { SettingsFacts } from "./SettingsFacts";
import { SettingsForm } from "./SettingsForm";
import type { Settings } from "./settingsValues";
import { SourceField } from "./SourceField";
import { useSettingsDraft } from "./useSettingsDraft";
import { useSettingsWords } from "./useSettingsWords";

export function Screen() {
  const { t } = useTranslation();
  const may = useMay();
  const settings = api.useQuery("get", "/v1/settings");
  return (
    <Page title={t("app.nav.issualSettings")} lead={t("settings.issual.lead")}>
      <Loaded of={settings}>
        {(stored) =>
          may("change_settings") ? (
            <Fields stored={stored} />
          ) : (
            <SettingsFacts settings={stored} names={["issuing_source_id", "otp"]} />
          )
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
  return (
    <SettingsForm draft={draft} words={words}>
      <Section title={t("settings.issual.source")} lead={t("settings.issual.sourceHelp")}>
        <SourceField
          value={draft.values.issuing_source_id}
          onChange={(id) => draft.set("issuing_source_id", id)}
          error={faults["issuing_source_id"]}
        />
      </Section>
      <Section title={t("settings.issual.otp")} lead={t("settings.issual.otpHelp")}>
        <OtpFields value={draft.values.otp} onChange={(otp) => draft.set("otp", otp)} />
      </Section>
    </SettingsForm>
  );
}
