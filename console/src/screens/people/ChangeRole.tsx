import { Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { TaskDialog } from "@/parts/TaskDialog";
import { tell } from "@/parts/tell";

import { RoleField } from "./RoleField";
import { useChangeUser, type User } from "./users";

export function ChangeRole({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useTranslation();
  const [role, setRole] = useState(user.role);
  const change = useChangeUser(user);
  const submit = async () => {
    if (role === user.role) {
      onClose();
    } else if (await change.submit({ role })) {
      tell(t("people.users.roleChanged", { name: user.name, role: t(`common.role.${role}`) }));
      onClose();
    }
  };
  return (
    <TaskDialog
      title={t("people.users.tasks.role")}
      submitText={t("common.save")}
      of={change}
      onSubmit={submit}
      onClose={onClose}
    >
      <Text size="sm">{t("people.users.roleHelp", { name: user.name })}</Text>
      <RoleField value={role} onChange={setRole} />
    </TaskDialog>
  );
}
