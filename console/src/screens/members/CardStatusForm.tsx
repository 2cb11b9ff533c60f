import { Alert, NativeSelect, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { faultsByField } from "@/api/problem";
import { useMay } from "@/api/session";
import { CardStatusBadge } from "@/parts/CardStatusBadge";
import { DialogButtons } from "@/parts/DialogButtons";
import { Loaded } from "@/parts/Loaded";

import type { Card, CardReason, CardStatus } from "./card";
import { ChangeNotice } from "./ChangeNotice";
import { ReasonFields } from "./ReasonFields";
import { useCardChange } from "./useCardChange";
import { useStatusLabels } from "./useStatusLabels";

const FIELDS = ["status", "status_label", "reason", "note"];

interface Props {
  card: Card;
  onCancel: () => void;
  onDone: (label: string) => void;
}

/* A new status and label in one choice: only what the card may become now. */
export function CardStatusForm({ card, onCancel, onDone }: Props) {
  const { t } = useTranslation();
  const may = useMay();
  const groups = useStatusLabels(card.next_statuses);
  const { change, submit } = useCardChange(card);
  const form = useForm({ initialValues: { status_label: "", reason: "", note: "" } });

  useEffect(() => {
    const faults = faultsByField(change.problem);
    form.setErrors({ ...faults, status_label: faults["status_label"] ?? faults["status"] });
  }, [change.problem]);

  const offered = (groups.data ?? [])
    .map(({ status, labels }) => ({ status, labels: labels.filter((label) => label !== card.status_label) }))
    .filter(({ labels }) => labels.length > 0);
  const { status_label, reason, note } = form.values;
  const target = offered.find(({ labels }) => labels.includes(status_label))?.status;

  const send = form.onSubmit(async () => {
    form.setErrors({
      ...(!target && { status_label: t("common.required") }),
      ...(reason === "" && { reason: t("common.required") }),
    });
    if (!target || reason === "") {
      form.getInputNode(target ? "reason" : "status_label")?.focus();
      return;
    }
    const sent = await submit({
      status: target,
      status_label,
      reason: reason as CardReason,
      note: note.trim() || null,
    });
    if (sent) {
      onDone(sent.output.status_label);
    }
  });

  return (
    <Loaded of={groups}>
      {() => (
        <form onSubmit={send} noValidate>
          <Stack>
            <ChangeNotice of={change} fields={FIELDS} conflict={t("members.card.conflict")} />
            <div>
              {t("members.status.now")} <CardStatusBadge status={card.status} label={card.status_label} />
            </div>
            <NativeSelect
              label={t("members.status.label")}
              required
              autoFocus
              data-autofocus
              data={[
                { value: "", label: t("members.choose"), disabled: true },
                ...offered.map(({ status, labels }) => ({ group: t(`common.cardStatus.${status}`), items: labels })),
              ]}
              {...form.getInputProps("status_label")}
              value={target ? status_label : ""}
            />
            {target && <Consequence of={target} mayLift={may("lift_blocks")} />}
            <ReasonFields reason={form.getInputProps("reason")} note={form.getInputProps("note")} />
            <DialogButtons
              submit={t("members.status.submit")}
              sending={change.sending}
              danger={target === "closed"}
              onCancel={onCancel}
            />
          </Stack>
        </form>
      )}
    </Loaded>
  );
}

/* What cannot be taken back is said before it is done. */
function Consequence({ of, mayLift }: { of: CardStatus; mayLift: boolean }) {
  const { t } = useTranslation();
  if (of === "closed") {
    return <Alert color="red" role="status">{t("members.status.closedIsFinal")}</Alert>;
  }
  if (of === "blocked" && !mayLift) {
    return <Alert color="yellow" role="status">{t("members.status.blockedByOthers")}</Alert>;
  }
  return null;
}
