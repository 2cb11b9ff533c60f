import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { CardStatusBadge } from "@/parts/CardStatusBadge";
import { formatDate, formatDay } from "@/parts/format";

import type { Card } from "./card";
import classes from "./CardTiles.module.css";

interface Props {
  card: Card;
  chosen: boolean;
  href: string;
  onChoose: () => void;
}

export function CardTile({ card, chosen, href, onChoose }: Props) {
  const { t } = useTranslation();
  return (
    <Link
      href={href}
      replace
      className={classes.tile}
      aria-current={chosen || undefined}
      data-row
      onClick={onChoose}
    >
      <span className={classes.line}>
        <Text component="span" fw={600} className="number">
          {card.number_masked}
        </Text>
        <CardStatusBadge status={card.status} label={card.status_label} />
      </span>
      <Text component="span" size="sm">
        {[`${card.series_name} (${card.series_code})`, card.nickname].filter(Boolean).join(" · ")}
      </Text>
      <span className={classes.line}>
        <Text component="span" size="xs" c="dimmed">
          {t("members.card.issuedOn", { date: formatDay(card.issued_at) })}
        </Text>
        <Text component="span" size="xs" c="dimmed">
          {card.expires_on
            ? t(card.status === "expired" ? "members.card.expiredOn" : "members.card.expiresOn", {
                date: formatDate(card.expires_on),
              })
            : t("members.card.neverExpires")}
        </Text>
      </span>
    </Link>
  );
}
