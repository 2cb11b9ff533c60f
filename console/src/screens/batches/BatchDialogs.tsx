import { Modal } from "@mantine/core";
import { useRef } from "react";
import { useTranslation } from "react-i18next";

import type { Batch } from "./batch";
import { LabelForm } from "./LabelForm";
import { VoidForm } from "./VoidForm";

export interface Asked {
  dialog: "label" | "void";
  batch: Batch;
  from: HTMLElement | null; // gets the focus back
}

/* The dialogs about one batch of the table. */
export function BatchDialogs({ asked, onClose }: { asked: Asked | null; onClose: () => void }) {
  const { t } = useTranslation();
  const last = useRef<Asked | null>(null); // stays while the dialog fades
  last.current = asked ?? last.current;
  const shown = last.current;
  const close = () => {
    onClose();
    window.setTimeout(() => (shown?.from?.isConnected ? shown.from : document.getElementById("content"))?.focus());
  };
  return (
    <Modal
      opened={asked !== null}
      onClose={close}
      title={shown && t(`batches.${shown.dialog}.title`, { code: shown.batch.series_code })}
      returnFocus={false}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      {shown?.dialog === "label" && <LabelForm batch={shown.batch} onClose={close} />}
      {shown?.dialog === "void" && <VoidForm batch={shown.batch} onClose={close} />}
    </Modal>
  );
}
