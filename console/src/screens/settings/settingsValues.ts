import type { Schemas } from "@/api/client";
import { everyValue } from "@/parts/everyValue";

export type Settings = Schemas["Settings"];
export type CountedStatus = Settings["active_statuses"][number];
export type Channel = Settings["otp"]["channel"];

export const COUNTED_STATUSES = everyValue<CountedStatus>({
  inactive: true,
  active: true,
  suspended: true,
  blocked: true,
  expired: true,
});
export const CHANNELS = everyValue<Channel>({ sms: true, email: true, both: true });

/* The settings as they are typed: a number that has to be there may be missing for a while. */
export type Values = Omit<Settings, "version" | "download_days" | "resting_days"> & {
  download_days: number | null;
  resting_days: number | null;
};
export type SettingName = keyof Values;

export const SETTING_NAMES: SettingName[] = [
  "max_cards_per_customer",
  "max_active_cards_per_customer",
  "active_statuses",
  "download_days",
  "resting_days",
  "issuing_source_id",
  "otp",
];

export const NEEDED_NAMES: SettingName[] = ["download_days", "resting_days"];

export const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/* A setting that somebody else changed while it or another was being typed here. */
export interface ForeignChange {
  name: SettingName;
  before: Values[SettingName];
  now: Values[SettingName];
  typed?: Values[SettingName]; // what stands here instead, and is not saved yet
}

/* What was typed, on what was saved when the typing began. */
export interface Draft {
  base: Settings;
  typed: Partial<Values>;
}

export function changesSince(draft: Draft, saved: Settings): ForeignChange[] {
  return SETTING_NAMES.filter((name) => !isSame(draft.base[name], saved[name])).map((name) => ({
    name,
    before: draft.base[name],
    now: saved[name],
    ...(name in draft.typed && !isSame(draft.typed[name], saved[name]) ? { typed: draft.typed[name]! } : {}),
  }));
}

/* The draft with one more thing typed; null when nothing differs from what is saved. */
export function typedOver(base: Settings, typed: Partial<Values>): Draft | null {
  const different = Object.entries(typed).filter(([name, value]) => !isSame(base[name as SettingName], value));
  return different.length > 0 ? { base, typed: Object.fromEntries(different) as Partial<Values> } : null;
}
