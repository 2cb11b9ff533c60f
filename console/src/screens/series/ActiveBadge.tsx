import { Badge } from "@mantine/core";
import { useTranslation } from "react-i18next";

export function ActiveBadge({ active }: { active: boolean }) {
  const { t } = useTranslation();
  return (
    <Badge component="span" color={active ? "green.8" : "gray.8"} variant="dot" miw="max-content">
      {t(active ? "series.state.active" : "series.state.inactive")}
    </Badge>
  );
}
