import { Badge } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Verification } from "./customer";

const COLORS: Record<Verification, string> = {
  pending: "yellow",
  verified: "green",
  rejected: "red",
  needs_information: "orange",
  update_requested: "yellow",
  on_hold: "red",
};

export function VerificationBadge({ verification }: { verification: Verification }) {
  const { t } = useTranslation();
  return (
    <Badge color={`${COLORS[verification]}.8`} variant="dot">
      {t(`members.verification.${verification}`)}
    </Badge>
  );
}
