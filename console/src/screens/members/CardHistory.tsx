import { Button, Stack, Title } from "@mantine/core";
import { useRef } from "react";
import { useTranslation } from "react-i18next";

import { Loaded } from "@/parts/Loaded";

import { CardEventItem } from "./CardEventItem";
import classes from "./CardHistory.module.css";
import { useCardHistory } from "./useCardHistory";

export function CardHistory({ id }: { id: string }) {
  const { t } = useTranslation();
  const history = useCardHistory(id);
  const list = useRef<HTMLOListElement>(null);

  // The reader goes on where the earlier ones begin; the button may be gone by then.
  const showEarlier = async () => {
    const shown = list.current?.children.length ?? 0;
    await history.fetchNextPage();
    requestAnimationFrame(() => (list.current?.children[shown] as HTMLElement | undefined)?.focus());
  };

  return (
    <Stack gap="sm">
      <Title order={4} size="h5">
        {t("members.history.title")}
      </Title>
      <Loaded of={history}>
        {({ pages }) => (
          <ol ref={list} className={classes.line} aria-label={t("members.history.title")}>
            {pages
              .flatMap((page) => page.data)
              .map((event, at) => (
                <li key={`${event.at} ${at}`} tabIndex={-1}>
                  <CardEventItem event={event} />
                </li>
              ))}
          </ol>
        )}
      </Loaded>
      {history.hasNextPage && (
        <Button variant="default" size="xs" loading={history.isFetchingNextPage} onClick={showEarlier}>
          {t("members.history.earlier")}
        </Button>
      )}
    </Stack>
  );
}
