import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { TaskDialog } from "@/parts/TaskDialog";
import { tell } from "@/parts/tell";

import { useRevokeKey, type ApiKey } from "./apiKeys";

export function RevokeKey({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const { t } = useTranslation();
  const revoke = useRevokeKey(apiKey);
  const submit = async () => {
    if (await revoke.submit(null)) {
      tell(t("people.keys.revoked", { name: apiKey.name }));
      onClose();
    }
  };
  return (
    <TaskDialog
      title={t("people.keys.revokeNamed", { name: apiKey.name })}
      submitText={t("people.keys.revoke")}
      danger
      of={revoke}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">{t("people.keys.revokeHelp", { prefix: apiKey.prefix })}</Text>
    </TaskDialog>
  );
}
