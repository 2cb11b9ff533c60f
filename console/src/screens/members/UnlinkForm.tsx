import { Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { api, client, type Schemas } from "@/api/client";
import { faultsByField } from "@/api/problem";
import { useSubmit } from "@/api/submit";
import { DialogButtons } from "@/parts/DialogButtons";
import { Loaded } from "@/parts/Loaded";
import { SubmitNotice } from "@/parts/SubmitNotice";

import { CARD_CHANGES, type Card, type CardReason } from "./card";
import { customerName, type Customer } from "./customer";
import { ReasonFields } from "./ReasonFields";

interface Props {
  card: Card;
  customer: Customer;
  onCancel: () => void;
  onDone: () => void;
}

export function UnlinkForm({ card, customer, onCancel, onDone }: Props) {
  const { t } = useTranslation();
  const form = useForm({ initialValues: { reason: "", note: "" } });
  const unlink = useSubmit(
    (body: Schemas["CardUnlinkInput"], headers) =>
      client.POST("/v1/cards/{card_id}/unlink", { params: { path: { card_id: card.id } }, body, headers }),
    CARD_CHANGES,
  );

  useEffect(() => form.setErrors(faultsByField(unlink.problem)), [unlink.problem]);

  const send = form.onSubmit(async ({ reason, note }) => {
    if (reason === "") {
      form.setErrors({ reason: t("common.required") });
      form.getInputNode("reason")?.focus();
      return;
    }
    if (await unlink.submit({ reason: reason as CardReason, note: note.trim() || null })) {
      onDone();
    }
  });

  return (
    <form onSubmit={send} noValidate>
      <Stack>
        <SubmitNotice of={unlink} fields={["reason", "note"]} />
        <div>
          <Text>{t("members.unlink.what", { number: card.number_masked, name: customerName(customer) })}</Text>
          <Afterwards card={card} />
          <Text mt="xs">{t("members.unlink.lost")}</Text>
        </div>
        <ReasonFields reason={form.getInputProps("reason")} note={form.getInputProps("note")} autoFocus />
        <DialogButtons submit={t("members.unlink.submit")} sending={unlink.sending} danger onCancel={onCancel} />
      </Stack>
    </form>
  );
}

/* What becomes of the number. */
function Afterwards({ card }: { card: Card }) {
  const { t } = useTranslation();
  const settings = api.useQuery("get", "/v1/settings");
  const series = api.useQuery("get", "/v1/series/{series_id}", { params: { path: { series_id: card.series_id } } });
  if (series.data && series.data.kind !== "loyalty") {
    return <Text mt="xs">{t("members.unlink.never")}</Text>;
  }
  return (
    <Loaded of={settings}>
      {({ resting_days: days }) => (
        <Text mt="xs">{days > 0 ? t("members.unlink.rests", { count: days }) : t("members.unlink.atOnce")}</Text>
      )}
    </Loaded>
  );
}
