import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useRef, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { faultsByField } from "@/api/problem";
import type { Submit } from "@/api/submit";
import { SubmitNotice } from "@/parts/SubmitNotice";

interface Props {
  title: string;
  initial: string;
  submitText: string;
  of: Pick<Submit<never, unknown>, "sending" | "retrying" | "problem">;
  onSubmit: (label: string) => Promise<void>;
  onCancel: () => void;
}

/* The name of a label in place: Enter saves, Escape leaves. */
export function LabelField({ title, initial, submitText, of, onSubmit, onCancel }: Props) {
  const { t } = useTranslation();
  const [label, setLabel] = useState(initial);
  const field = useRef<HTMLInputElement>(null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    await onSubmit(label.trim());
    field.current?.focus();
  };

  return (
    <form onSubmit={submit} onKeyDown={(event) => event.key === "Escape" && onCancel()}>
      <Stack gap="xs">
        <SubmitNotice of={of} fields={["label"]} />
        <TextInput
          ref={field}
          label={title}
          required
          autoFocus
          maxLength={50}
          value={label}
          onChange={(event) => setLabel(event.currentTarget.value)}
          error={faultsByField(of.problem)["label"]}
        />
        <Group gap="xs">
          <Button type="submit" size="xs" loading={of.sending}>
            {submitText}
          </Button>
          <Button variant="default" size="xs" onClick={onCancel}>
            {t("common.close")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
