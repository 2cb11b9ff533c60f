import { Stack } from "@mantine/core";
import type { ComponentType, FormEvent } from "react";

import { faultsByField } from "@/api/problem";
import { SubmitNotice } from "@/parts/SubmitNotice";

import { ForeignChanges } from "./ForeignChanges";
import { SaveBar } from "./SaveBar";
import { SETTING_NAMES, type Settings } from "./settingsValues";
import { useSettingsDraft, type SettingsDraft } from "./useSettingsDraft";
import { useSettingsWords, type SettingsWords } from "./useSettingsWords";

export interface FieldsProps {
  draft: SettingsDraft;
  words: SettingsWords;
  faults: Record<string, string>;
}

interface Props {
  stored: Settings;
  fields: ComponentType<FieldsProps>;
}

/* The frame of a form of settings: what others changed, what was refused, the fields, and the bar to save. */
export function SettingsForm({ stored, fields: Fields }: Props) {
  const draft = useSettingsDraft(stored);
  const words = useSettingsWords();
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
        <Fields draft={draft} words={words} faults={faultsByField(draft.saving.problem)} />
        <SaveBar draft={draft} words={words} />
      </Stack>
    </form>
  );
}
