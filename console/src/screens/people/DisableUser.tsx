import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { TaskDialog } from "@/parts/TaskDialog";
import { tell } from "@/parts/tell";

import { useChangeUser, type User } from "./users";

/* Disables a user, or enables one who is disabled. */
export function DisableUser({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useTranslation();
  const change = useChangeUser(user);
  const verb = user.disabled ? "enable" : "disable";
  const submit = async () => {
    if (await change.submit({ disabled: !user.disabled })) {
      tell(t(`people.users.${verb}d`, { name: user.name }));
      onClose();
    }
  };
  return (
    <TaskDialog
      title={t(`people.users.tasks.${verb}`)}
      submitText={t(`people.users.${verb}`)}
      danger={!user.disabled}
      of={change}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">{t(`people.users.${verb}Help`, { name: user.name })}</Text>
    </TaskDialog>
  );
}
