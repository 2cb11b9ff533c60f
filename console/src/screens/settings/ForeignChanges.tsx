import { Alert, List, Text } from "@mantine/core";
import { IconUsers } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { SettingsDraft } from "./useSettingsDraft";
import type { SettingsWords } from "./useSettingsWords";

/* What somebody else saved while this person was typing. */
export function ForeignChanges({ draft, words }: { draft: SettingsDraft; words: SettingsWords }) {
  const { t } = useTranslation();
  if (draft.foreign.length === 0) {
    return null;
  }
  return (
    <Alert
      color="yellow"
      variant="light"
      role="alert"
      icon={<IconUsers aria-hidden />}
      withCloseButton
      closeButtonLabel={t("common.close")}
      onClose={draft.dismissForeign}
    >
      <Text size="sm" fw={650}>
        {t("settings.foreign.title")}
      </Text>
      <List size="sm">
        {draft.foreign.map(({ name, before, now, typed }) => (
          <List.Item key={name}>
            {t("settings.foreign.change", {
              name: words.name(name),
              before: words.value(name, { [name]: before }),
              now: words.value(name, { [name]: now }),
            })}{" "}
            {typed !== undefined && t("settings.foreign.typed", { typed: words.value(name, { [name]: typed }) })}
          </List.Item>
        ))}
      </List>
      {draft.changed.length > 0 && (
        <Text size="sm" mt={4}>
          {t("settings.foreign.next")}
        </Text>
      )}
    </Alert>
  );
}
