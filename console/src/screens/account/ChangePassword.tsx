import { Button, Group, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { client } from "@/api/client";
import { faultsByField } from "@/api/problem";
import { useSession } from "@/api/session";
import { useSubmit } from "@/api/submit";
import { GoodNews } from "@/parts/GoodNews";
import { PasswordBox } from "@/parts/PasswordBox";
import { Section } from "@/parts/Section";
import { SubmitNotice } from "@/parts/SubmitNotice";

export function ChangePassword() {
  const { t } = useTranslation();
  const session = useSession();
  const [changed, setChanged] = useState(false);
  const form = useForm({ initialValues: { current_password: "", new_password: "" } });
  const change = useSubmit((body: typeof form.values) => client.POST("/v1/users/me/password", { body }));
  const faults = faultsByField(change.problem);

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
          <SubmitNotice of={change} fields={["current_password", "new_password"]} />
          {changed && <GoodNews title={t("account.password.changed")} />}
          <input type="hidden" autoComplete="username" value={session.name ?? ""} readOnly />
          <PasswordBox
            label={t("app.newPassword.current")}
            autoComplete="current-password"
            required
            {...form.getInputProps("current_password")}
            error={faults["current_password"]}
          />
          <PasswordBox
            label={t("app.newPassword.new")}
            autoComplete="new-password"
            required
            {...form.getInputProps("new_password")}
            error={faults["new_password"]}
          />
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
