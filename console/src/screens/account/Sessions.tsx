import { Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { client } from "@/api/client";
import { signedOut } from "@/api/session";
import { useSubmit } from "@/api/submit";
import { Section } from "@/parts/Section";
import { SubmitNotice } from "@/parts/SubmitNotice";

export function Sessions() {
  const { t } = useTranslation();
  const leave = useSubmit((_: null) => client.DELETE("/v1/sessions"));
  const submit = async () => {
    if (await leave.submit(null)) {
      signedOut();
    }
  };
  return (
    <Section title={t("account.sessions.title")} lead={t("account.sessions.help")}>
      <SubmitNotice of={leave} />
      <Group>
        <Button variant="default" onClick={submit} loading={leave.sending}>
          {t("app.account.signOutEverywhere")}
        </Button>
      </Group>
    </Section>
  );
}
