import { IconPlayerPlay, IconSnowflake, IconSnowflakeOff, type Icon } from "@tabler/icons-react";

import type { Card, CardStatus } from "./card";

interface Quick {
  name: "freeze" | "unfreeze" | "activate";
  to: CardStatus;
  icon: Icon;
}

/* What a customer on the phone asks for most, and what is taken back as quickly: one click, with the default label. */
const QUICK: Partial<Record<CardStatus, Quick>> = {
  active: { name: "freeze", to: "suspended", icon: IconSnowflake },
  suspended: { name: "unfreeze", to: "active", icon: IconSnowflakeOff },
  inactive: { name: "activate", to: "active", icon: IconPlayerPlay },
};

export function quickOf(card: Card): Quick | null {
  const quick = QUICK[card.status];
  return quick && card.next_statuses.includes(quick.to) ? quick : null;
}
