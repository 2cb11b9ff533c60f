import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { client, type Schemas } from "@/api/client";
import { useSubmit } from "@/api/submit";

import { CARD_CHANGES, type Card } from "./card";

export type CardChange = Omit<Schemas["CardChangePatch"], "version">;

/*
 * Changes a card from the version that was on the screen when this began. When somebody else changed it meanwhile, the
 * card is read again, and the next submit starts from there.
 */
export function useCardChange(card: Card) {
  const queries = useQueryClient();
  const [version, setVersion] = useState(card.version);
  const path = { card_id: card.id };
  const change = useSubmit(
    (body: Schemas["CardChangePatch"], headers) =>
      client.PATCH("/v1/cards/{card_id}", { params: { path }, body, headers }),
    CARD_CHANGES,
  );

  async function reload() {
    const [fresh] = await Promise.all([
      client.GET("/v1/cards/{card_id}", { params: { path } }),
      queries.invalidateQueries({ predicate: (query) => String(query.queryKey[1]).startsWith("/v1/cards") }),
    ]);
    if (fresh.data) {
      setVersion(fresh.data.version);
    }
  }

  useEffect(() => {
    if (change.problem?.code === "version_conflict") {
      void reload().catch(() => undefined); // the next submit is then refused again
    }
  }, [change.problem]);

  return { change, submit: (body: CardChange, from = version) => change.submit({ ...body, version: from }) };
}
