import { Button, Group, Stack, Text } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { client } from "@/api/client";
import { faultsByField } from "@/api/problem";
import { useSubmit } from "@/api/submit";
import { formatNumber } from "@/parts/format";
import { SubmitNotice } from "@/parts/SubmitNotice";
import { tell } from "@/parts/tell";

import type { Batch } from "./batch";
import { LabelSelect } from "./LabelSelect";

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
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" loading={change.sending}>
            {t("batches.label.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
