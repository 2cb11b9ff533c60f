import { Anchor, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { CardStatusBadge } from "@/parts/CardStatusBadge";

import { inOrder, type Card } from "../card";

const SHOWN = 8;

/* What the customer has already, beside the form: so that nobody issues a card twice. */
export function CustomerCards({ customerId, cards }: { customerId: string; cards: Card[] }) {
  const { t } = useTranslation();
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="issue-cards">
      <Title order={2} size="h5" id="issue-cards" mb="xs">
        {t("issue.cards.title")}
      </Title>
      {cards.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("issue.cards.none")}
        </Text>
      )}
      <Stack component="ul" gap="xs" p={0} m={0} style={{ listStyle: "none" }}>
        {inOrder(cards).slice(0, SHOWN).map((card) => (
          <Group key={card.id} component="li" justify="space-between" gap="xs">
            <div>
              <Text size="sm" className="number">
                {card.number_masked}
              </Text>
              <Text size="sm" c="dimmed">
                {card.nickname ? `${card.series_name} · ${card.nickname}` : card.series_name}
              </Text>
            </div>
            <CardStatusBadge status={card.status} label={card.status_label} />
          </Group>
        ))}
      </Stack>
      {cards.length > SHOWN && (
        <Anchor component={Link} href={`/members/${customerId}`} size="sm" mt="xs" display="inline-block">
          {t("issue.cards.all")}
        </Anchor>
      )}
    </Paper>
  );
}
