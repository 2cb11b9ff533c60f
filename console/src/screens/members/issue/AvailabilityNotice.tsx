import { Alert, Stack, Text } from "@mantine/core";
import { IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { api } from "@/api/client";
import { useMay } from "@/api/session";
import { formatDateTime } from "@/parts/format";

import { customerName } from "../customer";
import { NewTabLink } from "./NewTabLink";
import type { Card, Customer } from "./order";
import type { Found } from "./useAvailability";

/* Whether a number can be linked, why not, and what to do then. */
export function AvailabilityNotice({ found, customer, mt }: { found: Found; customer: Customer; mt: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const seriesId = found.series_id ?? "";
  const cardId = found.card_id ?? "";
  const series = api.useQuery(
    "get",
    "/v1/series/{series_id}",
    { params: { path: { series_id: seriesId } } },
    { enabled: seriesId !== "" && may("read_series") },
  ).data;
  const card = api.useQuery(
    "get",
    "/v1/cards/{card_id}",
    { params: { path: { card_id: cardId } } },
    { enabled: cardId !== "" && found.reason === "taken" && may("read_cards") },
  ).data;

  const seriesName = series
    ? t("issue.number.thisSeries", { name: series.name, code: series.code })
    : t("issue.number.aSeries");

  const takenText = (of: Card | undefined): string => {
    if (of && of.customer_id === customer.id) {
      return t("issue.availability.takenHere", { name: customerName(customer) });
    }
    return t(of && of.customer_id === null ? "issue.availability.takenBefore" : "issue.availability.taken");
  };

  const text =
    found.reason === "taken"
      ? takenText(card)
      : t(`issue.availability.${found.reason}`, { series: seriesName, date: formatDateTime(found.resting_until) });

  const holderId = may("read_customers") ? card?.customer_id : null;
  return (
    <Alert
      role="note"
      mt={mt}
      color={found.available ? "green" : "orange"}
      variant="light"
      title={t(`issue.availability.${found.reason}_title`)}
      icon={found.available ? <IconCircleCheck aria-hidden /> : <IconCircleX aria-hidden />}
    >
      <Stack gap={4} align="flex-start">
        <Text size="sm">{text}</Text>
        {card && holderId && (
          <NewTabLink
            href={`/members/${holderId}?card=${card.id}`}
            text={t(holderId === customer.id ? "issue.availability.openCard" : "issue.availability.openHolder")}
          />
        )}
        {found.reason === "series_inactive" && series && may("change_series") && (
          <NewTabLink href={`/series/${series.id}`} text={t("issue.availability.openSeries")} />
        )}
      </Stack>
    </Alert>
  );
}
