import { Button, Group, Modal, Stack } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Submit } from "@/api/submit";
import { SubmitNotice } from "@/parts/SubmitNotice";
import { useReturnFocus } from "@/parts/useReturnFocus";

interface Props {
  title: string;
  submitText: string;
  danger?: boolean;
  of: Pick<Submit<never, unknown>, "sending" | "retrying" | "problem">;
  fields?: string[]; // whose faults are shown at them
  done?: ReactNode; // shown instead of the form, when it is there; it is left by its own button only
  onSubmit: () => Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
}

/* One thing to do with a user or a key: its fields or its warning, what was refused, and the two ways out. */
export function TaskDialog({ title, submitText, danger, of, fields, done, onSubmit, onClose, children }: Props) {
  const { t } = useTranslation();
  useReturnFocus();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void onSubmit();
  };
  const fixed = Boolean(done);
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      size="lg"
      styles={{ title: { fontWeight: 650 } }}
      returnFocus={false}
      closeOnClickOutside={false}
      closeOnEscape={!fixed}
      withCloseButton={!fixed}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      {done || (
        <form onSubmit={submit}>
          <Stack>
            <SubmitNotice of={of} fields={fields ?? []} />
            {children}
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={onClose}>
                {t("common.cancel")}
              </Button>
              <Button type="submit" loading={of.sending} color={danger ? "red.9" : undefined}>
                {submitText}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
