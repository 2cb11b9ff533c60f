import { Button, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslation } from "react-i18next";

import { client } from "@/api/client";
import { refreshSession, useSession } from "@/api/session";
import { useSubmit } from "@/api/submit";
import { NewPasswordFields, NO_PASSWORDS } from "@/parts/NewPasswordFields";
import { SubmitNotice } from "@/parts/SubmitNotice";
import { useDocumentTitle } from "@/parts/useDocumentTitle";

import { FrontDoor } from "./FrontDoor";

/* The first thing with a password that somebody else chose: choose one. */
export function NewPasswordScreen() {
  const { t } = useTranslation();
  const session = useSession();
  useDocumentTitle(t("app.newPassword.title"));
  const form = useForm({ initialValues: NO_PASSWORDS });
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
          <SubmitNotice of={change} fields={Object.keys(NO_PASSWORDS)} />
          <NewPasswordFields form={form} problem={change.problem} autoFocus />
          <Button type="submit" loading={change.sending}>
            {t("app.newPassword.submit")}
          </Button>
        </Stack>
      </form>
    </FrontDoor>
  );
}
