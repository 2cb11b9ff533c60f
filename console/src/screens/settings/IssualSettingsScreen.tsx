import { useTranslation } from "react-i18next";

import { Section } from "@/parts/Section";

import { OtpFields } from "./OtpFields";
import type { FieldsProps } from "./SettingsForm";
import { SettingsPage } from "./SettingsPage";
import type { SettingName } from "./settingsValues";
import { SourceField } from "./SourceField";

const SHOWN: SettingName[] = ["issuing_source_id", "otp"];

export function Screen() {
  const { t } = useTranslation();
  return (
    <SettingsPage
      title={t("app.nav.issualSettings")}
      lead={t("settings.issual.lead")}
      names={SHOWN}
      fields={Fields}
    />
  );
}

function Fields({ draft: { values, set }, faults }: FieldsProps) {
  const { t } = useTranslation();
  return (
    <>
      <Section title={t("settings.issual.source")} lead={t("settings.issual.sourceHelp")}>
        <SourceField
          value={values.issuing_source_id}
          onChange={(id) => set("issuing_source_id", id)}
          error={faults["issuing_source_id"]}
        />
      </Section>
      <Section title={t("settings.issual.otp")} lead={t("settings.issual.otpHelp")}>
        <OtpFields value={values.otp} onChange={(otp) => set("otp", otp)} />
      </Section>
    </>
  );
}
