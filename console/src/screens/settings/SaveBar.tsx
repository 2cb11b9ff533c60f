import { Button, Group, Paper, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { formatList } from "@/parts/format";
import { useLeaveGuard } from "@/parts/useLeaveGuard";

import classes from "./SaveBar.module.css";
import { SETTING_NAMES } from "./settingsValues";
import type { SettingsDraft } from "./useSettingsDraft";
import type { SettingsWords } from "./useSettingsWords";

/* Stays in sight: whether something is unsaved and what, and the way to save it or let it be. */
export function SaveBar({ draft, words }: { draft: SettingsDraft; words: SettingsWords }) {
  const { t } = useTranslation();
  const changed = SETTING_NAMES.filter((name) => draft.changed.includes(name));
  const dirty = changed.length > 0;
  useLeaveGuard(dirty);
  const state = dirty
    ? t("settings.bar.unsaved", { names: formatList(changed.map(words.name)) })
    : t(draft.saved ? "common.saved" : "settings.bar.unchanged");
  return (
    <Paper withBorder shadow={dirty ? "md" : "none"} px="lg" py="sm" className={classes.bar}>
      <Group justify="space-between" gap="sm" wrap="nowrap" className={classes.content}>
        <Text size="sm" role="status" fw={dirty ? 600 : undefined} c={dirty ? undefined : "dimmed"}>
          {state}
        </Text>
        <Group gap="xs" className={classes.buttons}>
          {dirty && (
            <Button variant="default" onClick={draft.discard} disabled={draft.saving.sending}>
              {t("settings.bar.discard")}
            </Button>
          )}
          <Button type="submit" disabled={!dirty} loading={draft.saving.sending}>
            {t("common.save")}
          </Button>
        </Group>
      </Group>
    </Paper>
  );
}
