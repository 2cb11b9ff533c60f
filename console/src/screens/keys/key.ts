/* What the screens of the keys know of a key beyond its fields. */
import type { Schemas } from "@/api/client";
import { everyValue } from "@/parts/everyValue";

export type Key = Schemas["Key"];
export type KeyState = Key["state"];
export type HouseUse = Exclude<Key["use"], "payment">;

/* As the list is filtered: Cardwright's own without those of the series, payment keys, those of the series. */
export const KINDS = ["house", "payment", "numbering"] as const;
export type KeyKind = (typeof KINDS)[number];

export const STATES = everyValue<KeyState>({ waiting: true, active: true, retired: true, destroyed: true });

/* Cardwright's own, of which there are few; in the order of the list. */
export const HOUSE_USES = everyValue<Exclude<HouseUse, "numbering">>({
  number_seal: true,
  number_lookup: true,
  number_check: true,
  message_seal: true,
  request: true,
  sign: true,
});

export const isHouse = (key: Key): key is Key & { use: HouseUse } => key.use !== "payment";

/* From when on it is in the state that it is in. */
export const stateSince = (key: Key): string | null =>
  ({ waiting: key.activated_at, active: key.activated_at, retired: key.retired_at, destroyed: key.destroyed_at })[
    key.state
  ];
