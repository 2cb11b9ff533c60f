import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { faultsByField } from "@/api/problem";
import { TaskDialog } from "@/parts/TaskDialog";

import { PasswordField } from "./PasswordField";
import { RoleField } from "./RoleField";
import { ShownOnce } from "./ShownOnce";
import { useAddUser, type Role } from "./users";

export function AddUser({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("agent");
  const [password, setPassword] = useState("");
  const [added, setAdded] = useState<string | null>(null);
  const adding = useAddUser();
  const faults = faultsByField(adding.problem);

  const add = async () => {
    const sent = await adding.submit({ name: name.trim(), role, password });
    if (sent) {
      setAdded(sent.output.name);
    }
  };

  return (
    <TaskDialog
      size="lg"
      title={t("people.users.add")}
      submitText={t("people.users.add")}
      of={adding}
      fields={["name", "role", "password"]}
      onSubmit={add}
      onClose={onClose}
      done={
        added !== null && (
          <ShownOnce
            title={t("people.users.added", { name: added })}
            help={t("people.password.handOver")}
            secret={password}
            onDone={onClose}
          />
        )
      }
    >
      <TextInput
        label={t("people.users.email")}
        description={t("people.users.emailHelp")}
        type="email"
        autoComplete="off"
        required
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={faults["name"]}
      />
      <RoleField value={role} onChange={setRole} error={faults["role"]} />
      <PasswordField
        label={t("people.password.first")}
        value={password}
        onChange={setPassword}
        error={faults["password"]}
      />
    </TaskDialog>
  );
}
