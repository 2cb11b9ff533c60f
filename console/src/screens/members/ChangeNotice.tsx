import { Alert } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Submit } from "@/api/submit";
import { SubmitNotice } from "@/parts/SubmitNotice";

interface Props {
  of: Pick<Submit<never, unknown>, "retrying" | "problem">;
  fields?: string[]; // faults shown at their fields
  conflict: string; // somebody else changed it meanwhile, it was read again, and what was typed is still there
}

export function ChangeNotice({ of, fields, conflict }: Props) {
  const { t } = useTranslation();
  if (of.problem?.code === "version_conflict" && !of.retrying) {
    return (
      <Alert variant="default" role="alert" icon={<IconAlertTriangle aria-hidden />} title={t("members.conflict")}>
        {conflict}
      </Alert>
    );
  }
  return <SubmitNotice of={of} fields={fields ?? []} />;
}
