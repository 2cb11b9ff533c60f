import { Stack, Text } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { client } from "@/api/client";
import { faultsByField } from "@/api/problem";
import { useSubmit } from "@/api/submit";
import { DialogButtons } from "@/parts/DialogButtons";
import { formatNumber } from "@/parts/format";
import { LabelSelect } from "@/parts/LabelSelect";
import { SubmitNotice } from "@/parts/SubmitNotice";
import { tell } from "@/parts/tell";

import type { Batch } from "./batch";

/* Another label for all cards of a batch that nobody has yet: printed, distributed. */
export function LabelForm({ batch, onClose }: { batch: Batch; onClose: () => void }) {
  const { t } = useTranslation();
  const [label, setLabel] = useState(batch.status_label);
  const left = batch.count - batch.issued_count;
  const change = useSubmit(
    (status_label: string, headers) =>
      client.PATCH("/v1/batches/{batch_id}", {
        params: { path: { batch_id: batch.id } },
        body: { status_label },
        headers,
      }),
    ["/v1/batches"],
  );

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const sent = await change.submit(label);
    if (sent) {
      tell(t("batches.label.done", { label: sent.output.status_label }));
      onClose();
    }
  };

  return (
    <form onSubmit={submit}>
      <Stack>
        <SubmitNotice of={change} fields={["status_label"]} />
        <LabelSelect
          label={t("batches.label.label")}
          description={t("batches.label.help")}
          value={label}
          onChange={setLabel}
          data-autofocus
          error={faultsByField(change.problem)["status_label"]}
        />
        <Text size="sm">
          {t("batches.label.cards", { count: left, number: formatNumber(left) })}
        </Text>
        <DialogButtons submit={t("batches.label.save")} sending={change.sending} onCancel={onClose} />
      </Stack>
    </form>
  );
}
