import { Anchor, Button, Stack, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { client } from "@/api/client";
import { problemOf, type Problem } from "@/api/problem";
import { signedIn } from "@/api/session";
import { PasswordBox } from "@/parts/PasswordBox";
import { ProblemNotice } from "@/parts/ProblemNotice";

/* Name and password, then the code of the authenticator where the user has one. `fixedName`: of a locked session. */
export function SignInForm({ fixedName, submitText }: { fixedName?: string; submitText: string }) {
  const { t } = useTranslation();
  const [name, setName] = useState(fixedName ?? "");
  const [password, setPassword] = useState("");
  const [totp, setTotp] = useState("");
  const [asksTotp, setAsksTotp] = useState(false);
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setSending(true);
    setProblem(null);
    try {
      const body = { name: name.trim(), password, ...(asksTotp ? { totp } : {}) };
      const reply = await client.POST("/v1/sessions", { body });
      if (reply.data) {
        signedIn(reply.data);
        return;
      }
      refuse(problemOf(reply.error));
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setSending(false);
    }
  }

  function refuse(found: Problem) {
    if (found.code === "totp_required") {
      setAsksTotp(true);
      return;
    }
    setTotp("");
    setProblem(found);
  }

  return (
    <form onSubmit={submit}>
      <Stack>
        {problem && <ProblemNotice problem={problem} />}
        {asksTotp ? (
          <TextInput
            key="totp"
            label={t("app.signIn.totp")}
            description={t("app.signIn.totpHelp")}
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={6}
            required
            autoFocus
            value={totp}
            onChange={(event) => setTotp(event.currentTarget.value)}
          />
        ) : (
          <>
            <TextInput
              label={t("app.signIn.name")}
              type="email"
              autoComplete="username"
              required
              autoFocus={fixedName === undefined}
              readOnly={fixedName !== undefined}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <PasswordBox
              label={t("app.signIn.password")}
              autoComplete="current-password"
              required
              autoFocus={fixedName !== undefined}
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
          </>
        )}
        <Button type="submit" loading={sending}>
          {submitText}
        </Button>
        {asksTotp && (
          <Anchor component="button" type="button" size="sm" onClick={() => setAsksTotp(false)}>
            {t("app.signIn.backToPassword")}
          </Anchor>
        )}
      </Stack>
    </form>
  );
}
