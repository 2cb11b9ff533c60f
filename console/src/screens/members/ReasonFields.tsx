import { NativeSelect, Textarea } from "@mantine/core";
import type { GetInputPropsReturnType } from "@mantine/form";
import { useTranslation } from "react-i18next";

import { CARD_REASONS } from "./card";

const NOTE_LENGTH_MAX = 200;

interface Props {
  reason: GetInputPropsReturnType;
  note: GetInputPropsReturnType;
  autoFocus?: boolean;
}

/* Why a card changes: a code for the figures, and words for who reads the history. */
export function ReasonFields({ reason, note, autoFocus = false }: Props) {
  const { t } = useTranslation();
  const reasons = CARD_REASONS.map((value) => ({ value, label: t(`common.cardReason.${value}`) }));
  return (
    <>
      <NativeSelect
        label={t("members.reason.label")}
        required
        data-autofocus={autoFocus || undefined}
        data={[{ value: "", label: t("members.choose"), disabled: true }, ...reasons]}
        {...reason}
      />
      <Textarea
        label={t("members.reason.note")}
        description={t("members.reason.noteHelp")}
        maxLength={NOTE_LENGTH_MAX}
        autosize
        minRows={2}
        {...note}
      />
    </>
  );
}
