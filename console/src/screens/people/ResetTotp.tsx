import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { TaskDialog } from "@/parts/TaskDialog";
import { tell } from "@/parts/tell";

import { useResetTotp, type User } from "./users";

/* For a user who lost the authenticator app. */
export function ResetTotp({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useTranslation();
  const reset = useResetTotp(user);
  const submit = async () => {
    if (await reset.submit(null)) {
      tell(t("people.users.totpReset", { name: user.name }));
      onClose();
    }
  };
  return (
    <TaskDialog
      title={t("people.users.tasks.totp")}
      submitText={t("people.users.totpRemove")}
      danger
      of={reset}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">{t("people.users.totpResetHelp", { name: user.name })}</Text>
    </TaskDialog>
  );
}
