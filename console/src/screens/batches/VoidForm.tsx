import { List, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslation } from "react-i18next";

import { client } from "@/api/client";
import { faultsByField } from "@/api/problem";
import { useSubmit } from "@/api/submit";
import { DialogButtons } from "@/parts/DialogButtons";
import { formatNumber } from "@/parts/format";
import { SubmitNotice } from "@/parts/SubmitNotice";
import { tell } from "@/parts/tell";

import type { Batch } from "./batch";

/* Voids a batch, after a reason and the number of its cards were typed: it cannot be taken back. */
export function VoidForm({ batch, onClose }: { batch: Batch; onClose: () => void }) {
  const { t } = useTranslation();
  const left = batch.count - batch.issued_count;
  const form = useForm({
    initialValues: { reason: "", count: "" },
    validate: {
      reason: (value) => (value.trim() === "" ? t("common.required") : null),
      count: (value) => (value.replace(/\D/g, "") === String(batch.count) ? null : t("batches.void.countWrong")),
    },
  });
  const voiding = useSubmit(
    (reason: string, headers) =>
      client.POST("/v1/batches/{batch_id}/void", {
        params: { path: { batch_id: batch.id } },
        body: { reason },
        headers,
      }),
    ["/v1/batches", "/v1/reports"],
  );
  const faults = faultsByField(voiding.problem);

  const submit = form.onSubmit(
    async ({ reason }) => {
      if (await voiding.submit(reason.trim())) {
        const said = { code: batch.series_code, count: batch.count, number: formatNumber(batch.count) };
        tell(t("batches.void.done", said));
        onClose();
      }
    },
    (errors) => form.getInputNode(Object.keys(errors)[0] as "reason")?.focus(),
  );

  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <List size="sm">
          <List.Item>{t("batches.void.left", { count: left, number: formatNumber(left) })}</List.Item>
          {batch.issued_count > 0 && (
            <List.Item>
              {t("batches.void.issued", { count: batch.issued_count, number: formatNumber(batch.issued_count) })}
            </List.Item>
          )}
          <List.Item>{t("batches.void.download")}</List.Item>
          <List.Item>{t("batches.void.final")}</List.Item>
        </List>
        <SubmitNotice of={voiding} fields={["reason"]} />
        <TextInput
          label={t("batches.void.reason")}
          description={t("batches.void.reasonHelp")}
          required
          maxLength={200}
          autoComplete="off"
          data-autofocus
          {...form.getInputProps("reason")}
          error={form.errors["reason"] ?? faults["reason"]}
        />
        <TextInput
          label={t("batches.void.count", { count: batch.count, number: formatNumber(batch.count) })}
          required
          inputMode="numeric"
          autoComplete="off"
          {...form.getInputProps("count")}
        />
        <DialogButtons submit={t("batches.void.confirm")} sending={voiding.sending} danger onCancel={onClose} />
      </Stack>
    </form>
  );
}
