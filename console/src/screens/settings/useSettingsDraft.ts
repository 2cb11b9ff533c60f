import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { api, client, type Schemas } from "@/api/client";
import { useSubmit, type Submit } from "@/api/submit";

import {
  changesSince,
  NEEDED_NAMES,
  typedOver,
  type Draft,
  type ForeignChange,
  type SettingName,
  type Settings,
  type Values,
} from "./settingsValues";

type Patch = Schemas["SettingsPatch"];

export interface SettingsDraft {
  values: Values;
  changed: SettingName[]; // typed and not saved yet
  missing: SettingName[];
  foreign: ForeignChange[]; // what others changed meanwhile
  saved: boolean; // just now
  saving: Submit<Patch, Settings>;
  set: <Name extends SettingName>(name: Name, value: Values[Name]) => void;
  save: () => Promise<void>;
  discard: () => void;
  dismissForeign: () => void;
}

/*
 * The settings while they are changed. When somebody else saves meanwhile, their changes are taken in and told, and what
 * was typed here stays: it is saved only by pressing Save again.
 */
export function useSettingsDraft(stored: Settings): SettingsDraft {
  const queries = useQueryClient();
  const [draft, setDraft] = useState<Draft | null>(null);
  const [foreign, setForeign] = useState<ForeignChange[]>([]);
  const [saved, setSaved] = useState(false);
  const { queryKey } = api.queryOptions("get", "/v1/settings");

  const saving = useSubmit(
    async (body: Patch, headers) => {
      const reply = await client.PATCH("/v1/settings", { body, headers });
      if (reply.data) {
        queries.setQueryData(queryKey, reply.data);
        setDraft(null);
        setForeign([]);
        setSaved(true);
      }
      return reply;
    },
    ["/v1/settings"],
  );

  useEffect(() => {
    if (draft && draft.base.version !== stored.version) {
      setForeign(changesSince(draft, stored));
      setDraft(typedOver(stored, draft.typed));
      saving.reset();
    }
  }, [draft, stored]);

  const conflict = saving.problem?.code === "version_conflict";
  useEffect(() => {
    if (conflict) {
      void queries.invalidateQueries({ queryKey });
    }
  }, [conflict]);

  const values: Values = { ...(draft?.base ?? stored), ...draft?.typed };
  const missing = NEEDED_NAMES.filter((name) => values[name] === null);

  return {
    values,
    changed: Object.keys(draft?.typed ?? {}) as SettingName[],
    missing,
    foreign,
    saved,
    saving,
    set: (name, value) => {
      setSaved(false);
      setDraft((now) => typedOver(now?.base ?? stored, { ...now?.typed, [name]: value }));
    },
    save: async () => {
      if (draft && missing.length === 0) {
        await saving.submit({ ...(draft.typed as Patch), version: draft.base.version });
      }
    },
    discard: () => {
      setDraft(null);
      setForeign([]);
      saving.reset();
    },
    dismissForeign: () => setForeign([]),
  };
}
