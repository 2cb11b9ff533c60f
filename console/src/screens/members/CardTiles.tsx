import { Button, Collapse, Text } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Card } from "./card";
import { CardTile } from "./CardTile";
import classes from "./CardTiles.module.css";
import { useRowKeys } from "./useRowKeys";

interface Props {
  open: Card[];
  over: Card[]; // expired and closed, folded away
  chosen: Card;
  hrefOf: (id: string) => string;
  onChoose: () => void;
}

export function CardTiles({ open, over, chosen, hrefOf, onChoose }: Props) {
  const { t } = useTranslation();
  const unfold = over.includes(chosen) || open.length === 0;
  const [opened, setOpened] = useState(unfold);
  useEffect(() => {
    if (unfold) {
      setOpened(true);
    }
  }, [unfold]);
  const Chevron = opened ? IconChevronDown : IconChevronRight;
  const { list, onKeyDown } = useRowKeys<HTMLDivElement>();

  const tiles = (cards: Card[], label: string) => (
    <ul className={classes.list} aria-label={label}>
      {cards.map((card) => (
        <li key={card.id}>
          <CardTile card={card} chosen={card === chosen} href={hrefOf(card.id)} onChoose={onChoose} />
        </li>
      ))}
    </ul>
  );

  return (
    <div ref={list} onKeyDown={onKeyDown} className={classes.groups}>
      {open.length > 0 ? (
        tiles(open, t("members.cards.open"))
      ) : (
        <Text c="dimmed" size="sm">
          {t("members.cards.noneOpen")}
        </Text>
      )}
      {over.length > 0 && (
        <div>
          <Button
            variant="default"
            size="sm"
            fullWidth
            justify="space-between"
            aria-expanded={opened}
            rightSection={<Chevron size={18} aria-hidden />}
            onClick={() => setOpened(!opened)}
          >
            {t("members.cards.over", { count: over.length })}
          </Button>
          <Collapse expanded={opened} transitionDuration={0}>
            {tiles(over, t("members.cards.overLabel"))}
          </Collapse>
        </div>
      )}
    </div>
  );
}
