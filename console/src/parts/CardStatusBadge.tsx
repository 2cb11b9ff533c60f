import { Badge } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";

export type CardStatus = Schemas["Card"]["status"];

export const cardStatusColors: Record<CardStatus, string> = {
  not_issued: "gray",
  inactive: "cyan",
  active: "green",
  suspended: "yellow",
  blocked: "red",
  expired: "orange",
  closed: "dark",
};

/* In the order of a card's life. */
export const CARD_STATUSES = Object.keys(cardStatusColors) as CardStatus[];

/* The organisation's word for a status, or the status itself, in the colour of the status. */
export function CardStatusBadge({ status, label }: { status: CardStatus; label?: string }) {
  const { t } = useTranslation();
  return (
    <Badge
      color={`${cardStatusColors[status]}.8`}
      variant="dot"
      h="auto"
      mih={20}
      styles={{ label: { whiteSpace: "normal", textAlign: "left" } }} // a long label is read whole
    >
      {label ?? t(`common.cardStatus.${status}`)}
    </Badge>
  );
}
