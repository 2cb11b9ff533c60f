import { Alert, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useRef, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { client, type Schemas } from "@/api/client";
import { faultsByField } from "@/api/problem";
import { useMay } from "@/api/session";
import { useSubmit } from "@/api/submit";
import { Dialog } from "@/parts/Dialog";
import { LabelSelect } from "@/parts/LabelSelect";
import { SubmitNotice } from "@/parts/SubmitNotice";

import { Availability } from "./Availability";

/* The button and dialog that check a single number, and register one that was made elsewhere. */
export function NumberDialog({ series }: { series: Schemas["Series"] }) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  return (
    <div>
      <Button variant="default" size="xs" onClick={open}>
        {t("series.number.open")}
      </Button>
      <Dialog opened={opened} onClose={close} title={t("series.number.title")}>
        <NumberCheck series={series} />
      </Dialog>
    </div>
  );
}

function NumberCheck({ series }: { series: Schemas["Series"] }) {
  const { t } = useTranslation();
  const may = useMay();
  const input = useRef<HTMLInputElement>(null);
  const [number, setNumber] = useState("");
  const [found, setFound] = useState<Schemas["NumberAvailability"] | null>(null);
  const check = useSubmit((body: Schemas["NumberCheckInput"]) => client.POST("/v1/card-numbers/check", { body }));

  const type = (value: string) => {
    setNumber(value.replace(/\s/g, ""));
    setFound(null);
    check.reset();
  };
  const restart = () => {
    type("");
    input.current?.focus();
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const sent = await check.submit({ number });
    setFound(sent?.output ?? null);
  };
  const registrable = found?.reason === "not_generated" && found.series_id === series.id && may("register_numbers");

  return (
    <Stack>
      <Text size="sm">{t("series.number.lead")}</Text>
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            ref={input}
            label={t("series.number.number")}
            classNames={{ input: "number" }}
            value={number}
            onChange={(event) => type(event.currentTarget.value)}
            error={faultsByField(check.problem)["number"]}
            required
            data-autofocus
            maxLength={200}
            autoComplete="off"
            spellCheck={false}
          />
          <SubmitNotice of={check} fields={["number"]} />
          <Group>
            <Button type="submit" loading={check.sending} variant={registrable ? "default" : "filled"}>
              {t("series.number.check")}
            </Button>
          </Group>
        </Stack>
      </form>
      {found && <Availability found={found} series={series} />}
      {registrable && <Registration number={number} series={series} onAnother={restart} />}
    </Stack>
  );
}

interface RegistrationProps {
  number: string;
  series: Schemas["Series"];
  onAnother: () => void;
}

function Registration({ number, series, onAnother }: RegistrationProps) {
  const { t } = useTranslation();
  const [label, setLabel] = useState<string | null>(null);
  const [externalId, setExternalId] = useState("");
  const [card, setCard] = useState<Schemas["Card"] | null>(null);
  const register = useSubmit(
    (body: Schemas["NumberRegistrationInput"], headers) => client.POST("/v1/card-numbers", { body, headers }),
    ["/v1/series", "/v1/reports", "/v1/cards"],
  );
  const faults = faultsByField(register.problem);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const sent = await register.submit({
      number,
      series_id: series.id,
      ...(label && { status_label: label }),
      ...(externalId.trim() && { external_id: externalId.trim() }),
    });
    setCard(sent?.output ?? null);
  };

  if (card) {
    return (
      <Alert color="green" role="status">
        <Text size="sm">
          {t("series.number.registered", { number: card.number_masked, label: card.status_label })}
        </Text>
        <Button size="xs" mt="xs" variant="default" onClick={onAnother} autoFocus>
          {t("series.number.another")}
        </Button>
      </Alert>
    );
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <LabelSelect
          label={t("series.number.label")}
          value={label}
          onChange={setLabel}
          error={faults["status_label"]}
        />
        <TextInput
          label={`${t("series.number.externalId")} (${t("common.optional")})`}
          value={externalId}
          onChange={(event) => setExternalId(event.currentTarget.value)}
          maxLength={150}
          autoComplete="off"
          error={faults["external_id"]}
        />
        <SubmitNotice of={register} fields={["status_label", "external_id"]} />
        <Group>
          <Button type="submit" loading={register.sending}>
            {t("series.number.register")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
