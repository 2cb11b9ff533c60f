import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { client } from "@/api/client";
import { faultsByField, hasFault } from "@/api/problem";
import { useSubmit } from "@/api/submit";
import { CopyButton } from "@/parts/CopyButton";
import { Grouped } from "@/parts/Grouped";
import { SubmitNotice } from "@/parts/SubmitNotice";

import { QrCode } from "./QrCode";

export interface Enrolment {
  secret: string;
  uri: string;
}

interface Props {
  enrolment: Enrolment;
  onDone: () => void;
  onCancel: () => void;
  onBeginAgain: () => void;
}

/* The secret for the app, as a picture and as text, then a code of the app as the proof. */
export function ConfirmAuthenticator({ enrolment, onDone, onCancel, onBeginAgain }: Props) {
  const { t } = useTranslation();
  const [code, setCode] = useState("");
  const confirm = useSubmit((body: { code: string }) => client.POST("/v1/users/me/totp/confirm", { body }));
  const ended = hasFault(confirm.problem, "totp_not_begun");

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await confirm.submit({ code: code.replaceAll(" ", "") })) {
      onDone();
    } else {
      setCode("");
    }
  };

  return (
    <Stack>
      <Text size="sm">{t("account.totp.scan")}</Text>
      <Group align="flex-start" gap="lg">
        <QrCode text={enrolment.uri} label={t("account.totp.qr")} />
        <Stack gap="xs" flex="1 1 200px">
          <Text size="sm">{t("account.totp.type")}</Text>
          <div data-testid="totp-secret">
            <Grouped text={enrolment.secret} size={16} />
          </div>
          <Group>
            <CopyButton value={enrolment.secret} label={t("account.totp.copySecret")} />
          </Group>
        </Stack>
      </Group>
      <form onSubmit={submit}>
        <Stack>
          <SubmitNotice of={confirm} fields={["code"]} />
          {ended ? (
            <Group>
              <Button onClick={onBeginAgain}>{t("account.totp.again")}</Button>
            </Group>
          ) : (
            <>
              <TextInput
                label={t("account.totp.code")}
                description={t("app.signIn.totpHelp")}
                inputMode="numeric"
                autoComplete="one-time-code"
                maxLength={7}
                required
                autoFocus
                maw={220}
                value={code}
                onChange={(event) => setCode(event.currentTarget.value)}
                error={faultsByField(confirm.problem)["code"]}
              />
              <Group gap="xs">
                <Button type="submit" loading={confirm.sending}>
                  {t("account.totp.confirm")}
                </Button>
                <Button variant="default" onClick={onCancel}>
                  {t("common.cancel")}
                </Button>
              </Group>
            </>
          )}
        </Stack>
      </form>
    </Stack>
  );
}
