import { useTranslation } from "react-i18next";

import { Dialog } from "@/parts/Dialog";

import type { Batch } from "./batch";
import { LabelForm } from "./LabelForm";
import { VoidForm } from "./VoidForm";

export interface Asked {
  dialog: "label" | "void";
  batch: Batch;
}

const FORMS = { label: LabelForm, void: VoidForm };

/* The dialogs about one batch of the table. */
export function BatchDialog({ asked: { dialog, batch }, onClose }: { asked: Asked; onClose: () => void }) {
  const { t } = useTranslation();
  const Form = FORMS[dialog];
  return (
    <Dialog opened title={t(`batches.${dialog}.title`, { code: batch.series_code })} onClose={onClose}>
      <Form batch={batch} onClose={onClose} />
    </Dialog>
  );
}
