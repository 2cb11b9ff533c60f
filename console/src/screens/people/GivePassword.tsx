import { Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { faultsByField } from "@/api/problem";
import { TaskDialog } from "@/parts/TaskDialog";

import { PasswordField } from "./PasswordField";
import { ShownOnce } from "./ShownOnce";
import { useChangeUser, type User } from "./users";

/* For somebody who forgot it, is locked, or did not sign in for too long. */
export function GivePassword({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const [given, setGiven] = useState(false);
  const change = useChangeUser(user);
  return (
    <TaskDialog
      size="lg"
      title={t("people.users.tasks.password")}
      submitText={t("people.password.give")}
      of={change}
      fields={["password"]}
      onSubmit={async () => setGiven((await change.submit({ password })) !== null)}
      onClose={onClose}
      done={
        given && (
          <ShownOnce
            title={t("people.password.given", { name: user.name })}
            help={t("people.password.handOver")}
            secret={password}
            onDone={onClose}
          />
        )
      }
    >
      <Text size="sm">{t("people.password.giveHelp", { name: user.name })}</Text>
      <PasswordField
        label={t("people.password.new")}
        value={password}
        onChange={setPassword}
        error={faultsByField(change.problem)["password"]}
      />
    </TaskDialog>
  );
}
