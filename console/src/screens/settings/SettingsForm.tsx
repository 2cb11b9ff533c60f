import { Stack } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";

import { SubmitNotice } from "@/parts/SubmitNotice";

import { ForeignChanges } from "./ForeignChanges";
import { SaveBar } from "./SaveBar";
import { SETTING_NAMES } from "./settingsValues";
import type { SettingsDraft } from "./useSettingsDraft";
import type { SettingsWords } from "./useSettingsWords";

interface Props {
  draft: SettingsDraft;
  words: SettingsWords;
  children: ReactNode;
}

/* The frame of a form of settings: what others changed, what was refused, the fields, and the bar to save. */
export function SettingsForm({ draft, words, children }: Props) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void draft.save();
  };
  const conflict = draft.saving.problem?.code === "version_conflict"; // is read anew, and told as what others changed
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <ForeignChanges draft={draft} words={words} />
        {!conflict && <SubmitNotice of={draft.saving} fields={SETTING_NAMES} />}
        {children}
        <SaveBar draft={draft} words={words} />
      </Stack>
    </form>
  );
}
