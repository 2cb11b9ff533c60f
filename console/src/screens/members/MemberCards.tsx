import { Paper, Stack, Text, Title } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "@/api/client";
import { Loaded } from "@/parts/Loaded";
import { Pager } from "@/parts/Pager";
import { useUrlState } from "@/parts/useUrlState";

import { CARD_HEADING, inOrder, isOver, type Card } from "./card";
import { CardDetails } from "./CardDetails";
import { CardTiles } from "./CardTiles";
import type { Customer } from "./customer";
import { focusSoon } from "./focus";
import classes from "./MemberCards.module.css";

const PAGE = 200;
const HEADING = "cards-heading";

/* All cards of a customer at a glance, and one of them in full. */
export function MemberCards({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const { values, set } = useUrlState(["card", "after"] as const);
  const page = values.after ? { limit: PAGE, after: values.after } : { limit: PAGE };
  const query = api.useQuery("get", "/v1/cards", { params: { query: { customer_id: customer.id, ...page } } });
  const cards = inOrder(query.data?.data ?? []);
  const chosen = useChosen(cards, values.card);

  const hrefOf = (id: string) => {
    const state = new URLSearchParams({ card: id, ...(values.after && { after: values.after }) });
    return `/members/${customer.id}?${state.toString()}`;
  };

  const columns = (card: Card, next: string | null) => (
    <div className={classes.columns}>
      <Stack gap="sm" className={classes.tiles}>
        <CardTiles
          open={cards.filter((one) => !isOver(one))}
          over={cards.filter(isOver)}
          chosen={card}
          hrefOf={hrefOf}
          onChoose={() => focusSoon(CARD_HEADING)}
        />
        <Pager after={values.after} next={next} onGo={(after) => set({ after, card: "" })} />
      </Stack>
      <CardDetails key={card.id} card={card} customer={customer} onGone={() => focusSoon(HEADING)} />
    </div>
  );

  return (
    <Stack gap="sm">
      <Title order={2} size="h3" id={HEADING} tabIndex={-1}>
        {t("members.cards.title")}
      </Title>
      <Loaded of={query}>
        {({ next }) =>
          chosen ? (
            columns(chosen, next)
          ) : (
            <Paper withBorder p="lg">
              <Text c="dimmed">{t("members.cards.noneHelp")}</Text>
            </Paper>
          )
        }
      </Loaded>
    </Stack>
  );
}

/* The card of the address, or the first; which stays chosen when a change gives it another place among the others. */
function useChosen(cards: Card[], wanted: string): Card | undefined {
  const [last, setLast] = useState<string>();
  const withId = (id: string | undefined) => cards.find((card) => card.id === id);
  const chosen = withId(wanted) ?? withId(last) ?? cards[0];
  useEffect(() => setLast(chosen?.id), [chosen?.id]);
  return chosen;
}
