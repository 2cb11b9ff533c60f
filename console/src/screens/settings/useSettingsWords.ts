import { useTranslation } from "react-i18next";

import { useEverySource } from "@/api/everyPage";
import { formatList, formatNumber } from "@/parts/format";
import { sourceName } from "@/parts/sourceName";

import type { SettingName, Values } from "./settingsValues";

export interface SettingsWords {
  name: (name: SettingName) => string;
  value: (name: SettingName, values: Partial<Values>) => string;
}

/* Each setting and what it is set to, as a person would say it. */
export function useSettingsWords(): SettingsWords {
  const { t } = useTranslation();
  const sources = useEverySource();

  const limit = (count: number | null | undefined) =>
    count == null ? t("common.unlimited") : t("settings.words.cards", { count, shown: formatNumber(count) });
  const days = (count: number | null | undefined) =>
    count == null ? t("settings.words.nothing") : t("settings.words.days", { count, shown: formatNumber(count) });
  const source = (id: string | null | undefined) => {
    const found = sources.data?.find((row) => row.id === id);
    return found ? sourceName(found) : t("common.none");
  };

  const say: { [Name in SettingName]: (value: Values[Name] | undefined) => string } = {
    max_cards_per_customer: limit,
    max_active_cards_per_customer: limit,
    active_statuses: (statuses = []) =>
      statuses.length > 0
        ? formatList(statuses.map((status) => t(`common.cardStatus.${status}`)))
        : t("settings.words.nothing"),
    download_days: days,
    resting_days: days,
    issuing_source_id: source,
    otp: (otp) => (otp?.enabled ? t(`settings.words.otp.${otp.channel}`) : t("settings.words.otp.off")),
  };

  return {
    name: (name) => t(`settings.names.${name}`),
    value: <Name extends SettingName>(name: Name, values: Partial<Values>) => say[name](values[name]),
  };
}
