import { Button, Group, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { client } from "@/api/client";
import { useSubmit } from "@/api/submit";
import { GoodNews } from "@/parts/GoodNews";
import { NewPasswordFields, NO_PASSWORDS } from "@/parts/NewPasswordFields";
import { Section } from "@/parts/Section";
import { SubmitNotice } from "@/parts/SubmitNotice";

export function ChangePassword() {
  const { t } = useTranslation();
  const [changed, setChanged] = useState(false);
  const form = useForm({ initialValues: NO_PASSWORDS });
  const change = useSubmit((body: typeof form.values) => client.POST("/v1/users/me/password", { body }));

  const submit = form.onSubmit(async (values) => {
    setChanged(false);
    if (await change.submit(values)) {
      form.reset();
      setChanged(true);
    }
  });

  return (
    <Section title={t("account.password.title")} lead={t("account.password.help")}>
      <form onSubmit={submit}>
        <Stack>
          <SubmitNotice of={change} fields={Object.keys(NO_PASSWORDS)} />
          {changed && <GoodNews title={t("account.password.changed")} />}
          <NewPasswordFields form={form} problem={change.problem} />
          <Group>
            <Button type="submit" loading={change.sending}>
              {t("account.password.submit")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
