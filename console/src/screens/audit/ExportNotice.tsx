import { Alert, Button, Group, Loader, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { formatNumber } from "@/parts/format";
import { ProblemNotice } from "@/parts/ProblemNotice";

import type { ExportState } from "./useExport";

interface Props {
  state: ExportState;
  onCancel: () => void;
  onDismiss: () => void;
  onRetry: () => void;
}

/* How far an export is, and what became of it. */
export function ExportNotice({ state, onCancel, onDismiss, onRetry }: Props) {
  const { t } = useTranslation();
  switch (state.kind) {
    case "idle":
      return null;
    case "failed":
      return <ProblemNotice problem={state.problem} onRetry={onRetry} />;
    case "running":
      return (
        <Alert color="indigo" role="status">
          <Group gap="sm">
            <Loader size="sm" aria-hidden />
            <Text size="sm">
              {t("audit.export.running", { count: state.count, number: formatNumber(state.count) })}
            </Text>
            <Button size="xs" variant="default" onClick={onCancel}>
              {t("audit.export.cancel")}
            </Button>
          </Group>
        </Alert>
      );
    default:
      return (
        <Alert color={state.kind === "done" ? "green" : "gray"} role="status">
          <Group gap="sm" justify="space-between">
            <Text size="sm">
              {state.kind === "done"
                ? t("audit.export.done", { name: state.name, count: state.count, number: formatNumber(state.count) })
                : t("audit.export.cancelled")}
            </Text>
            <Button size="xs" variant="default" onClick={onDismiss}>
              {t("audit.export.dismiss")}
            </Button>
          </Group>
        </Alert>
      );
  }
}
