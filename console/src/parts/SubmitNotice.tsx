import { Alert } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Submit } from "@/api/submit";

import { ProblemNotice } from "./ProblemNotice";

/* What became of a submit, above its form: being sent again, or refused. `fields`: faults shown at their fields. */
export function SubmitNotice({ of, fields }: { of: Pick<Submit<never, unknown>, "retrying" | "problem">; fields?: string[] }) {
  const { t } = useTranslation();
  if (of.retrying) {
    return (
      <Alert color="yellow" role="status">
        {t("common.reconnecting")}
      </Alert>
    );
  }
  return of.problem && <ProblemNotice problem={of.problem} fields={fields ?? []} />;
}
