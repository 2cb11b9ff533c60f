import { Badge } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

/* Loud: a test key that guards something real is a mistake that nobody must overlook. */
export function TestMark() {
  const { t } = useTranslation();
  return (
    <Badge color="red.9" variant="filled" radius="sm" tt="uppercase" leftSection={<IconAlertTriangle size={12} aria-hidden />}>
      {t("keys.test")}
    </Badge>
  );
}
