import { Alert, Button, List, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Problem } from "@/api/problem";
import { faultText, nextStepText, problemText } from "@/api/problemText";

/* A refusal for people: what happened, each fault, and what to do next. `fields`: faults shown at their fields instead. */
export function ProblemNotice({ problem, fields = [], onRetry }: { problem: Problem; fields?: string[]; onRetry?: () => void }) {
  const { t } = useTranslation();
  const text = problemText(problem);
  const next = nextStepText(problem);
  const faults = (problem.errors ?? [])
    .filter((fault) => !fields.includes(fault.field))
    .map((fault) => ({ key: `${fault.field} ${fault.code}`, text: faultText(fault) }))
    .filter((fault) => fault.text !== text);
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} title={t("problems.heading")} role="alert">
      <Text size="sm">{text}</Text>
      {faults.length > 0 && (
        <List size="sm" mt={4}>
          {faults.map((fault) => (
            <List.Item key={fault.key}>{fault.text}</List.Item>
          ))}
        </List>
      )}
      {next !== null && (
        <Text size="sm" mt={4}>
          {next}
        </Text>
      )}
      {problem.request_id && problem.status >= 500 && (
        <Text size="xs" mt={4} className="number">
          {t("common.requestId", { id: problem.request_id })}
        </Text>
      )}
      {onRetry && (
        <Button size="xs" mt="xs" variant="default" onClick={onRetry}>
          {t("common.tryAgain")}
        </Button>
      )}
    </Alert>
  );
}
