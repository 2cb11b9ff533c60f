import { Alert, List, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Problem } from "@/api/problem";
import { nextStepText, problemText } from "@/api/problemText";
import { useMay } from "@/api/session";

import { faultsOf, fieldOf, isLimit } from "./faults";
import { NewTabLink } from "./NewTabLink";
import type { Customer } from "./order";
import { useFaultText } from "./useFaultText";

interface Props {
  problem: Problem | null;
  undecided: boolean;
  retrying: boolean;
  customer: Customer;
}

/* What became of Submit when it is not an issued card, and what to do next. */
export function IssueNotice({ problem, undecided, retrying, customer }: Props) {
  const { t } = useTranslation();
  if (retrying) {
    return (
      <Alert color="yellow" role="status" mb="md">
        {t("common.reconnecting")}
      </Alert>
    );
  }
  if (problem === null) {
    return null;
  }
  if (undecided) {
    return (
      <Alert
        color="yellow"
        role="alert"
        mb="md"
        icon={<IconAlertTriangle aria-hidden />}
        title={t("issue.problem.undecidedTitle")}
      >
        <Stack gap="xs" align="flex-start">
          <Text size="sm">
            {problem.status === 401 && t("issue.problem.undecidedSession")} {t("issue.problem.undecided")}
          </Text>
          <NewTabLink href={`/members/${customer.id}`} text={t("issue.limit.openCustomer")} />
        </Stack>
      </Alert>
    );
  }
  return <Refusal problem={problem} customer={customer} />;
}

function Refusal({ problem, customer }: { problem: Problem; customer: Customer }) {
  const { t } = useTranslation();
  const may = useMay();
  const faultText = useFaultText();
  const faults = faultsOf(problem);
  const elsewhere = faults.filter((fault) => fieldOf(fault) === null);
  const limited = elsewhere.some(isLimit);
  const unverified = elsewhere.some((fault) => fault.code === "customer_not_verified");
  const asksSource = elsewhere.some((fault) => fault.code.startsWith("source_"));
  const toldHere = limited || unverified || asksSource || elsewhere.length === 0;
  const next = toldHere ? null : nextStepText(problem);

  const sentences = elsewhere.map((fault) => (fault.field === "" ? problemText(problem) : faultText(fault)));
  return (
    <Alert color="red" role="alert" mb="md" icon={<IconAlertTriangle aria-hidden />} title={t("issue.problem.title")}>
      <Stack gap={4} align="flex-start">
        <List size="sm">
          {sentences.map((sentence) => (
            <List.Item key={sentence}>{sentence}</List.Item>
          ))}
        </List>
        {elsewhere.length < faults.length && <Text size="sm">{t("issue.problem.fields")}</Text>}
        {next !== null && <Text size="sm">{next}</Text>}
        {limited && <Text size="sm">{t("issue.limit.next")}</Text>}
        {unverified && <Text size="sm">{t("issue.limit.verificationNext")}</Text>}
        {(limited || unverified) && (
          <NewTabLink href={`/members/${customer.id}`} text={t("issue.limit.openCustomer")} />
        )}
        {asksSource && (
          <Text size="sm">{t(may("change_settings") ? "issue.problem.sourceNext" : "issue.problem.sourceAsk")}</Text>
        )}
        {asksSource && may("change_settings") && <NewTabLink href="/issual" text={t("issue.problem.openIssual")} />}
        {problem.request_id && problem.status >= 500 && (
          <Text size="xs" className="number">
            {t("common.requestId", { id: problem.request_id })}
          </Text>
        )}
      </Stack>
    </Alert>
  );
}
