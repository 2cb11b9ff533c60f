import { Alert, Button, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { IconSend } from "@tabler/icons-react";
import type { ReactNode, Ref } from "react";
import { useTranslation } from "react-i18next";

import { ProblemNotice } from "@/parts/ProblemNotice";

import { NewTabLink } from "./NewTabLink";
import type { Customer, Settings } from "./order";
import { formatCountdown } from "./useNow";
import type { Otp } from "./useOtp";

interface Props {
  otp: Otp;
  customer: Customer;
  channel: Settings["otp"]["channel"];
  value: string;
  error?: ReactNode;
  sendError: ReactNode;
  busy: boolean;
  codeRef: Ref<HTMLInputElement>;
  sendRef: Ref<HTMLButtonElement>;
  onChange: (code: string) => void;
  onSend: () => void;
}

const DIGITS = 6;
const FAULT = "otp-fault";
const STATE = "otp-state";

/* The code that the customer gets and reads out. */
export function OtpFields(props: Props) {
  const { otp, customer, channel, value, error, sendError, busy, codeRef, sendRef, onChange, onSend } = props;
  const { t } = useTranslation();
  const sentText = useSentText(otp);
  const needsNew = otp.phase !== "none" && otp.phase !== "good";
  const waits = otp.pauseMs > 0;
  const unsendable = otp.problem?.code === "no_channel" && !otp.sending ? t("issue.otp.noChannel.title") : null;
  const fault = error ?? sendError ?? unsendable;

  return (
    <Stack component="section" aria-labelledby="otp-title" gap="xs">
      <div>
        <Title order={2} size="h5" id="otp-title">
          {t("issue.otp.title")}
        </Title>
        <div role="status" id={STATE}>
          {needsNew ? (
            <Alert color="orange" role="note" mt={4}>
              {t(`issue.otp.${otp.phase as "expired"}`)}
            </Alert>
          ) : (
            <Text size="sm" c={otp.challenge ? undefined : "dimmed"}>
              {otp.challenge
                ? `${sentText} ${t("issue.otp.attempts", { count: otp.attemptsLeft })}`
                : t("issue.otp.lead")}
            </Text>
          )}
        </div>
      </div>
      <ChannelNotice otp={otp} customer={customer} channel={channel} />
      {otp.problem && otp.problem.code !== "no_channel" && !otp.sending && <ProblemNotice problem={otp.problem} />}
      <Group gap="xs" align="flex-end">
        {otp.challenge && (
          <TextInput
            ref={codeRef}
            label={t("issue.otp.code")}
            error={Boolean(error)}
            aria-describedby={fault ? `${FAULT} ${STATE}` : STATE}
            required
            w={140}
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={DIGITS * 2}
            classNames={{ input: "number" }}
            value={value}
            onChange={(event) => onChange(event.currentTarget.value.replace(/\D/g, "").slice(0, DIGITS))}
          />
        )}
        <Button
          ref={sendRef}
          variant={needsNew || otp.phase === "none" ? "filled" : "default"}
          leftSection={<IconSend size={16} aria-hidden />}
          onClick={onSend}
          loading={otp.sending}
          disabled={waits || busy}
          aria-describedby={fault ? FAULT : undefined}
        >
          {t(otp.challenge ? "issue.otp.resend" : "issue.otp.send")}
        </Button>
      </Group>
      {fault && (
        <Text size="sm" c="var(--mantine-color-error)" id={FAULT} role={unsendable ? "alert" : undefined}>
          {fault}
        </Text>
      )}
      {(otp.phase === "good" || waits) && (
        <Text size="sm" c="dimmed">
          {otp.phase === "good" && t("issue.otp.validFor", { time: formatCountdown(otp.validMs) })}{" "}
          {waits && t("issue.otp.pause", { time: formatCountdown(otp.pauseMs) })}
        </Text>
      )}
    </Stack>
  );
}

function useSentText(otp: Otp): string {
  const { t } = useTranslation();
  const places = (otp.challenge?.channels ?? []).map((channel, index) =>
    t(`issue.otp.sentBy.${channel as "sms" | "email"}`, { to: otp.challenge?.sent_to[index] ?? "" }),
  );
  const [first, second] = places;
  return t("issue.otp.sent", { where: second ? t("issue.otp.and", { first, second }) : (first ?? "") });
}

/* Before anything is sent: is there an address that the code could go to? */
function ChannelNotice({ otp, customer, channel }: Pick<Props, "otp" | "customer" | "channel">) {
  const { t } = useTranslation();
  const reachable = (customer.mobile && channel !== "email") || (customer.email && channel !== "sms");
  if (reachable && otp.problem?.code !== "no_channel") {
    return null;
  }
  return (
    <Alert color="orange" role="note" title={t("issue.otp.noChannel.title")}>
      <Stack gap={4} align="flex-start">
        <Text size="sm">
          {t(`issue.otp.noChannel.${channel}`)} {t("issue.otp.noChannel.next")}
        </Text>
        <NewTabLink href={`/members/${customer.id}`} text={t("issue.limit.openCustomer")} />
      </Stack>
    </Alert>
  );
}
