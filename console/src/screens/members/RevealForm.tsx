import { Stack, Text, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { client, type Schemas } from "@/api/client";
import { faultsByField } from "@/api/problem";
import { useSubmit } from "@/api/submit";
import { DialogButtons } from "@/parts/DialogButtons";
import { SubmitNotice } from "@/parts/SubmitNotice";


interface Props {
  id: string;
  onCancel: () => void;
  onDone: (number: string) => void;
}

export function RevealForm({ id, onCancel, onDone }: Props) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const [empty, setEmpty] = useState(false);
  const reveal = useSubmit((body: Schemas["CardRevealInput"]) =>
    client.POST("/v1/cards/{card_id}/reveal", { params: { path: { card_id: id } }, body }),
  );

  const send = async (event: FormEvent) => {
    event.preventDefault();
    setEmpty(reason.trim() === "");
    if (reason.trim() === "") {
      return;
    }
    const number = (await reveal.submit({ reason: reason.trim() }))?.output.number;
    if (number) {
      onDone(number);
    }
  };

  return (
    <form onSubmit={send} noValidate>
      <Stack>
        <SubmitNotice of={reveal} fields={["reason"]} />
        <Text>{t("members.reveal.help")}</Text>
        <TextInput
          label={t("members.reveal.reason")}
          required
          maxLength={200}
          autoComplete="off"
          data-autofocus
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          error={empty ? t("common.required") : faultsByField(reveal.problem)["reason"]}
        />
        <DialogButtons submit={t("members.reveal.submit")} sending={reveal.sending} onCancel={onCancel} />
      </Stack>
    </form>
  );
}
