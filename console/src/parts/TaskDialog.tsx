import { Stack } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";

import type { Submit } from "@/api/submit";

import { Dialog } from "./Dialog";
import { DialogButtons } from "./DialogButtons";
import { SubmitNotice } from "./SubmitNotice";

interface Props {
  title: string;
  submitText: string;
  cancelText?: string;
  danger?: boolean;
  size?: "md" | "lg";
  of: Pick<Submit<never, unknown>, "sending" | "retrying" | "problem">;
  fields?: string[]; // whose faults are shown at them
  done?: ReactNode; // shown instead of the form, when it is there; it is left by its own button only
  onSubmit: () => Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
}

/* One thing to do, mounted while it is asked for: its fields or its warning, what was refused, and the two ways out. */
export function TaskDialog(props: Props) {
  const { title, submitText, cancelText, danger, size, of, fields, done, onSubmit, onClose, children } = props;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void onSubmit();
  };
  return (
    <Dialog opened title={title} size={size} onClose={onClose} held={Boolean(done)}>
      {done || (
        <form onSubmit={submit}>
          <Stack>
            <SubmitNotice of={of} fields={fields ?? []} />
            {children}
            <DialogButtons
              submit={submitText}
              sending={of.sending}
              danger={danger}
              cancel={cancelText}
              onCancel={onClose}
            />
          </Stack>
        </form>
      )}
    </Dialog>
  );
}
