import { Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";

import { CardStatusBadge } from "@/parts/CardStatusBadge";

import { CARD_HEADING, type Card } from "./card";
import { CardActions } from "./CardActions";
import { CardFacts } from "./CardFacts";
import { CardHistory } from "./CardHistory";
import type { Customer } from "./customer";
import { focusSoon } from "./focus";
import { RevealedNumber } from "./RevealedNumber";

interface Props {
  card: Card;
  customer: Customer;
  onGone: () => void; // it is this customer's no more
}

/* One card in full. Its key is the card's id: a number that is shown goes with the card. */
export function CardDetails({ card, customer, onGone }: Props) {
  const [number, setNumber] = useState<string | null>(null);

  const hide = (hadFocus: boolean) => {
    setNumber(null);
    if (hadFocus) {
      focusSoon("card-reveal", CARD_HEADING);
    }
  };

  return (
    <Paper withBorder p="md" component="section" aria-labelledby={CARD_HEADING}>
      <Stack>
        <div>
          <Group justify="space-between" gap="xs">
            <Title order={3} id={CARD_HEADING} tabIndex={-1} className="number">
              {card.number_masked}
            </Title>
            <CardStatusBadge status={card.status} label={card.status_label} />
          </Group>
          <Text size="sm" c="dimmed">
            {[card.series_name, card.nickname].filter(Boolean).join(" · ")}
          </Text>
        </div>
        <CardActions card={card} customer={customer} onGone={onGone} onRevealed={setNumber} />
        {number !== null && <RevealedNumber number={number} onHide={hide} />}
        <CardFacts card={card} />
        <CardHistory id={card.id} />
      </Stack>
    </Paper>
  );
}
