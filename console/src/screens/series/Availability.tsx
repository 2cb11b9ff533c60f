import { Alert, Text } from "@mantine/core";
import { IconCircleCheck, IconInfoCircle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { formatDateTime } from "@/parts/format";

interface Props {
  found: Schemas["NumberAvailability"];
  series: Schemas["Series"]; // the one it was asked for
}

/* What is known of a number, in plain words. */
export function Availability({ found, series }: Props) {
  const { t } = useTranslation();
  const elsewhere = found.series_id !== null && found.series_id !== series.id;
  const other = api.useQuery(
    "get",
    "/v1/series/{series_id}",
    { params: { path: { series_id: found.series_id ?? "" } } },
    { enabled: elsewhere },
  );
  const Icon = found.available ? IconCircleCheck : IconInfoCircle;
  return (
    <Alert color={found.available ? "green" : "yellow"} role="status" icon={<Icon aria-hidden />}>
      <Text size="sm">
        {t(`series.number.reason.${found.reason}`, { date: formatDateTime(found.resting_until) })}
      </Text>
      {elsewhere && other.data && (
        <Text size="sm">{t("series.number.otherSeries", { name: other.data.name })}</Text>
      )}
    </Alert>
  );
}
