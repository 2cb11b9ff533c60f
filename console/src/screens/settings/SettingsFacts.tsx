import { Paper, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { Facts } from "@/parts/Facts";

import type { SettingName, Settings } from "./settingsValues";
import { useSettingsWords } from "./useSettingsWords";

/* The settings for those who may see and not change them. */
export function SettingsFacts({ settings, names }: { settings: Settings; names: SettingName[] }) {
  const { t } = useTranslation();
  const words = useSettingsWords();
  return (
    <Paper withBorder p="lg" maw={760}>
      <Facts facts={names.map((name) => ({ name: words.name(name), value: words.value(name, settings) }))} />
      <Text size="sm" c="dimmed" mt="md">
        {t("settings.readOnly")}
      </Text>
    </Paper>
  );
}
