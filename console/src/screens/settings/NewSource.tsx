import { Button, Group, Paper, SimpleGrid, Stack, TextInput } from "@mantine/core";
import { useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import { client, type Schemas } from "@/api/client";
import { faultsByField } from "@/api/problem";
import { useSubmit } from "@/api/submit";
import { SubmitNotice } from "@/parts/SubmitNotice";

interface Props {
  onMade: (source: Schemas["Source"]) => void;
  onCancel: () => void;
}

/* It stands inside the form of the settings, so it is no form of its own: Enter adds, Escape leaves. */
export function NewSource({ onMade, onCancel }: Props) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [account, setAccount] = useState("");
  const adding = useSubmit(
    (body: Schemas["SourceInput"], headers) => client.POST("/v1/sources", { body, headers }),
    ["/v1/sources"],
  );
  const faults = faultsByField(adding.problem);

  const add = async () => {
    const made = await adding.submit({ name: name.trim(), account: account.trim() });
    if (made) {
      onMade(made.output);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && event.target instanceof HTMLInputElement) {
      event.preventDefault();
      void add();
    } else if (event.key === "Escape") {
      onCancel();
    }
  };

  return (
    <Paper withBorder p="md" role="group" aria-label={t("settings.issual.newSource")} onKeyDown={onKeyDown}>
      <Stack>
        <SubmitNotice of={adding} fields={["name", "account"]} />
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextInput
            label={t("settings.issual.sourceName")}
            description={t("settings.issual.sourceNameHelp")}
            required
            autoFocus
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={faults["name"]}
          />
          <TextInput
            label={t("settings.issual.sourceAccount")}
            description={t("settings.issual.sourceAccountHelp")}
            maxLength={100}
            value={account}
            onChange={(event) => setAccount(event.currentTarget.value)}
            error={faults["account"]}
          />
        </SimpleGrid>
        <Group gap="xs">
          <Button onClick={add} loading={adding.sending} disabled={name.trim() === ""}>
            {t("settings.issual.addAndChoose")}
          </Button>
          <Button variant="default" onClick={onCancel}>
            {t("common.cancel")}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}
