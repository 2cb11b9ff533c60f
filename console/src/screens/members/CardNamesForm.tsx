import { Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { faultsByField } from "@/api/problem";
import { DialogButtons } from "@/parts/DialogButtons";

import type { Card } from "./card";
import { ChangeNotice } from "./ChangeNotice";
import { useCardChange } from "./useCardChange";

const FIELDS = ["nickname", "external_id"];

interface Props {
  card: Card;
  onCancel: () => void;
  onDone: () => void;
}

export function CardNamesForm({ card, onCancel, onDone }: Props) {
  const { t } = useTranslation();
  const { change, submit } = useCardChange(card);
  const form = useForm({ initialValues: { nickname: card.nickname ?? "", external_id: card.external_id ?? "" } });

  useEffect(() => form.setErrors(faultsByField(change.problem)), [change.problem]);

  const send = form.onSubmit(async ({ nickname, external_id }) => {
    const sent = await submit({ nickname: nickname.trim() || null, external_id: external_id.trim() || null });
    if (sent) {
      onDone();
    }
  });

  return (
    <form onSubmit={send} noValidate>
      <Stack>
        <ChangeNotice of={change} fields={FIELDS} conflict={t("members.card.conflict")} />
        <TextInput
          label={t("members.card.nickname")}
          description={t("members.card.nicknameHelp")}
          maxLength={50}
          autoComplete="off"
          data-autofocus
          {...form.getInputProps("nickname")}
        />
        <TextInput
          label={t("members.field.external_id")}
          description={t("members.card.externalIdHelp")}
          maxLength={150}
          autoComplete="off"
          {...form.getInputProps("external_id")}
        />
        <DialogButtons submit={t("common.save")} sending={change.sending} onCancel={onCancel} />
      </Stack>
    </form>
  );
}
