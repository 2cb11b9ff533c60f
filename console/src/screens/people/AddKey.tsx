import { Alert, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { faultsByField } from "@/api/problem";
import { TaskDialog } from "@/parts/TaskDialog";

import { useAddKey, type ApiKey } from "./apiKeys";
import { RoleField } from "./RoleField";
import { ShownOnce } from "./ShownOnce";
import type { Role } from "./users";

const endOfDay = (day: string): string => new Date(`${day}T23:59:59`).toISOString();

export function AddKey({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("integration");
  const [lastDay, setLastDay] = useState("");
  const [made, setMade] = useState<ApiKey | null>(null);
  const adding = useAddKey();
  const faults = faultsByField(adding.problem);

  const add = async () => {
    const sent = await adding.submit({ name: name.trim(), role, expires_at: lastDay ? endOfDay(lastDay) : null });
    if (sent) {
      setMade(sent.output);
    }
  };

  return (
    <TaskDialog
      size="lg"
      title={t("people.keys.add")}
      submitText={t("people.keys.add")}
      of={adding}
      fields={["name", "role", "expires_at"]}
      onSubmit={add}
      onClose={onClose}
      done={made?.key && <NewKey apiKey={made} secret={made.key} onDone={onClose} />}
    >
      {made && !made.key && (
        <Alert color="yellow" role="alert">
          {t("people.keys.keyLost")}
        </Alert>
      )}
      <TextInput
        label={t("people.keys.name")}
        description={t("people.keys.nameHelp")}
        required
        maxLength={100}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={faults["name"]}
      />
      <RoleField value={role} onChange={setRole} error={faults["role"]} />
      <TextInput
        label={t("people.keys.lastDay")}
        description={t("people.keys.lastDayHelp")}
        type="date"
        value={lastDay}
        onChange={(event) => setLastDay(event.currentTarget.value)}
        error={faults["expires_at"]}
      />
    </TaskDialog>
  );
}

function NewKey({ apiKey, secret, onDone }: { apiKey: ApiKey; secret: string; onDone: () => void }) {
  const { t } = useTranslation();
  return (
    <ShownOnce
      title={t("people.keys.added", { name: apiKey.name })}
      help={t("people.keys.keepIt")}
      secret={secret}
      onDone={onDone}
    />
  );
}
