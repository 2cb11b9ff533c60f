import { Button, Group, Stack, Text } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { faultsByField } from "@/api/problem";
import { useSession } from "@/api/session";
import { useSubmit, type Reply } from "@/api/submit";
import { PasswordBox } from "@/parts/PasswordBox";
import { SubmitNotice } from "@/parts/SubmitNotice";

interface Props<Output> {
  help: string;
  submitText: string;
  send: (body: { password: string }) => Promise<Reply<Output>>;
  onDone: (output: Output) => void;
  onCancel: () => void;
}

/* What only the owner of the account may do takes the password again. */
export function PasswordStep<Output>({ help, submitText, send, onDone, onCancel }: Props<Output>) {
  const { t } = useTranslation();
  const session = useSession();
  const [password, setPassword] = useState("");
  const step = useSubmit(send);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const sent = await step.submit({ password });
    if (sent) {
      onDone(sent.output);
    }
  };

  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">{help}</Text>
        <SubmitNotice of={step} fields={["password"]} />
        <input type="hidden" autoComplete="username" value={session.name ?? ""} readOnly />
        <PasswordBox
          label={t("account.totp.password")}
          autoComplete="current-password"
          required
          autoFocus
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={faultsByField(step.problem)["password"]}
        />
        <Group gap="xs">
          <Button type="submit" loading={step.sending}>
            {submitText}
          </Button>
          <Button variant="default" onClick={onCancel}>
            {t("common.cancel")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
