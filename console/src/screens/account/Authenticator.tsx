import { Badge, Button, Group, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { client } from "@/api/client";
import { refreshSession, useSession } from "@/api/session";
import { GoodNews } from "@/parts/GoodNews";
import { Section } from "@/parts/Section";

import { ConfirmAuthenticator, type Enrolment } from "./ConfirmAuthenticator";
import { PasswordStep } from "./PasswordStep";

type Step = { kind: "rest" } | { kind: "begin" } | { kind: "remove" } | { kind: "confirm"; enrolment: Enrolment };

const AT_REST: Step = { kind: "rest" };

/* The authenticator app of one's own: none, being set up, or in use. */
export function Authenticator() {
  const { t } = useTranslation();
  const enabled = useSession().totp_enabled;
  const [step, setStep] = useState<Step>(AT_REST);
  const [news, setNews] = useState("");

  const finish = async (text: string) => {
    await refreshSession();
    setStep(AT_REST);
    setNews(text);
  };

  return (
    <Section title={t("account.totp.title")} lead={t("account.totp.help")}>
      {news !== "" && <GoodNews title={news} />}
      {step.kind === "rest" && (
        <Group>
          <Badge variant="dot" color={enabled ? "green.8" : "gray.8"}>
            {t(enabled ? "account.totp.on" : "account.totp.off")}
          </Badge>
          <Button
            variant="default"
            onClick={() => {
              setNews("");
              setStep({ kind: enabled ? "remove" : "begin" });
            }}
          >
            {t(enabled ? "account.totp.remove" : "account.totp.begin")}
          </Button>
        </Group>
      )}
      {step.kind === "begin" && (
        <PasswordStep
          key="begin"
          help={t("account.totp.beginHelp")}
          submitText={t("account.totp.next")}
          send={(body) => client.POST("/v1/users/me/totp", { body })}
          onDone={({ secret, uri }) => secret && uri && setStep({ kind: "confirm", enrolment: { secret, uri } })}
          onCancel={() => setStep(AT_REST)}
        />
      )}
      {step.kind === "remove" && (
        <PasswordStep
          key="remove"
          help={t("account.totp.removeHelp")}
          submitText={t("account.totp.remove")}
          send={(body) => client.POST("/v1/users/me/totp/remove", { body })}
          onDone={() => finish(t("account.totp.removed"))}
          onCancel={() => setStep(AT_REST)}
        />
      )}
      {step.kind === "confirm" && (
        <ConfirmAuthenticator
          enrolment={step.enrolment}
          onDone={() => finish(t("account.totp.confirmed"))}
          onCancel={() => setStep(AT_REST)}
          onBeginAgain={() => setStep({ kind: "begin" })}
        />
      )}
      {step.kind === "rest" && enabled && (
        <Text size="sm" c="dimmed">
          {t("account.totp.lostHelp")}
        </Text>
      )}
    </Section>
  );
}
