import { Button, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslation } from "react-i18next";

import { client } from "@/api/client";
import { faultsByField } from "@/api/problem";
import { refreshSession, useSession } from "@/api/session";
import { useSubmit } from "@/api/submit";
import { PasswordBox } from "@/parts/PasswordBox";
import { ProblemNotice } from "@/parts/ProblemNotice";
import { useDocumentTitle } from "@/parts/useDocumentTitle";

import { FrontDoor } from "./FrontDoor";

/* The first thing with a password that somebody else chose: choose one. */
export function NewPasswordScreen() {
  const { t } = useTranslation();
  const session = useSession();
  useDocumentTitle(t("app.newPassword.title"));
  const form = useForm({ initialValues: { current_password: "", new_password: "" } });
  const change = useSubmit((body: typeof form.values) => client.POST("/v1/users/me/password", { body }));

  const submit = form.onSubmit(async (values) => {
    if (await change.submit(values)) {
      await refreshSession();
    }
  });

  return (
    <FrontDoor
      above={session.organization_name}
      title={t("app.newPassword.title")}
      help={t("app.newPassword.help")}
    >
      <form onSubmit={submit}>
        <Stack>
          {change.problem && <ProblemNotice problem={change.problem} />}
          <input type="hidden" autoComplete="username" value={session.name ?? ""} readOnly />
          <PasswordBox
            label={t("app.newPassword.current")}
            autoComplete="current-password"
            required
            autoFocus
            {...form.getInputProps("current_password")}
            error={faultsByField(change.problem)["current_password"]}
          />
          <PasswordBox
            label={t("app.newPassword.new")}
            autoComplete="new-password"
            required
            {...form.getInputProps("new_password")}
            error={faultsByField(change.problem)["new_password"]}
          />
          <Button type="submit" loading={change.sending}>
            {t("app.newPassword.submit")}
          </Button>
        </Stack>
      </form>
    </FrontDoor>
  );
}
