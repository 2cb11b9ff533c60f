import { Alert, Button, Group, Input, NumberInput, Select, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { client, type Schemas } from "@/api/client";
import { faultsByField } from "@/api/problem";
import { useSubmit } from "@/api/submit";
import { DialogButtons } from "@/parts/DialogButtons";
import { formatNumber } from "@/parts/format";
import { LabelSelect } from "@/parts/LabelSelect";
import { SpaceMeter } from "@/parts/SpaceMeter";
import { SubmitNotice } from "@/parts/SubmitNotice";

import type { Batch } from "./batch";

const COUNT_MAX = 100_000_000;
const QUICK_COUNTS = [1_000, 10_000, 100_000];
const FIELDS = ["series_id", "count", "status_label", "purpose"];

interface Props {
  series: Schemas["Series"][]; // those that can draw
  wanted: string; // the id of the one to begin with, if it is one
  onDone: (batch: Batch) => void;
  onCancel: () => void;
}

interface Values {
  series_id: string | null;
  count: number | string;
  status_label: string | null; // null: the default one
  purpose: string;
}

type Order = { seriesId: string; body: Schemas["NumberBatchOrderInput"] };

export function GenerateForm({ series, wanted, onDone, onCancel }: Props) {
  const { t } = useTranslation();
  const only = series.length === 1 ? series[0]?.id : undefined;
  const first = series.find((one) => one.id === wanted)?.id ?? only ?? null;
  const form = useForm<Values>({
    initialValues: {
      series_id: first,
      count: "",
      status_label: null,
      purpose: "",
    },
    validate: {
      series_id: (value) => (value === null ? t("common.required") : null),
      count: (value, { series_id }) => countFault(value, series.find((one) => one.id === series_id)),
    },
  });
  const draw = useSubmit(
    ({ seriesId, body }: Order, headers) =>
      client.POST("/v1/series/{series_id}/batches", { params: { path: { series_id: seriesId } }, body, headers }),
    ["/v1/batches", "/v1/series", "/v1/reports"],
  );
  const chosen = series.find((one) => one.id === form.values.series_id);
  const fault = countFault(form.values.count, chosen);

  function countFault(value: number | string, of: Schemas["Series"] | undefined): string | null {
    const count = Number(value);
    if (!Number.isInteger(count) || count < 1 || count > COUNT_MAX) {
      return t("batches.new.countRange");
    }
    const tooMany = of !== undefined && BigInt(count) > BigInt(of.space.left);
    return tooMany ? t("batches.new.countLeft", { left: formatNumber(of.space.left) }) : null;
  }

  const focus = (faults: object) => form.getInputNode((Object.keys(faults)[0] ?? "count") as keyof Values)?.focus();
  useEffect(() => {
    if (draw.problem) {
      const faults = faultsByField(draw.problem);
      form.setErrors(faults);
      focus(faults);
    }
  }, [draw.problem]);

  const submit = form.onSubmit(async (values) => {
    const sent = await draw.submit({
      seriesId: values.series_id ?? "",
      body: {
        count: Number(values.count),
        ...(values.status_label && { status_label: values.status_label }),
        ...(values.purpose.trim() && { purpose: values.purpose.trim() }),
      },
    });
    if (sent) {
      onDone(sent.output);
    }
  }, focus);

  if (series.length === 0) {
    return <Text>{t("batches.new.seriesNone")}</Text>;
  }
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <SubmitNotice of={draw} fields={FIELDS} />
        <Select
          label={t("batches.new.series")}
          data={series.map((one) => ({ value: one.id, label: `${one.name} (${one.code})` }))}
          searchable
          openOnFocus={false}
          required
          autoFocus={first === null}
          data-autofocus={first === null || undefined}
          {...form.getInputProps("series_id")}
        />
        <div>
          <NumberInput
            label={t("batches.new.count")}
            description={t("batches.new.countHelp")}
            thousandSeparator=","
            allowDecimal={false}
            allowNegative={false}
            clampBehavior="none"
            hideControls
            required
            autoFocus={first !== null}
            data-autofocus={first !== null || undefined}
            {...form.getInputProps("count")}
            error={form.errors["count"] ?? (form.values.count === "" ? null : fault)}
          />
          <Group gap="xs" mt="xs">
            {QUICK_COUNTS.map((count) => (
              <Button
                key={count}
                size="xs"
                variant="default"
                aria-label={t("batches.new.quick", { count, number: formatNumber(count) })}
                onClick={() => form.setFieldValue("count", count)}
              >
                {formatNumber(count)}
              </Button>
            ))}
          </Group>
        </div>
        <LabelSelect
          label={t("batches.new.label")}
          description={t("batches.new.labelHelp")}
          value={form.values.status_label}
          onChange={(label) => form.setFieldValue("status_label", label)}
          error={form.errors["status_label"]}
        />
        <TextInput
          label={`${t("batches.new.purpose")} (${t("common.optional")})`}
          description={t("batches.new.purposeHelp")}
          maxLength={200}
          autoComplete="off"
          {...form.getInputProps("purpose")}
        />
        {chosen && <Afterwards series={chosen} count={form.values.count} fault={fault} />}
        <DialogButtons submit={t("batches.new.submit")} sending={draw.sending} onCancel={onCancel} />
      </Stack>
    </form>
  );
}

interface AfterwardsProps {
  series: Schemas["Series"];
  count: number | string;
  fault: string | null;
}

/* The space of the series as it will be once these numbers are drawn. */
function Afterwards({ series, count, fault }: AfterwardsProps) {
  const { t } = useTranslation();
  const adding = fault === null ? Number(count) : 0;
  const left = BigInt(series.space.left) - BigInt(adding);
  return (
    <Alert color="gray" role="status">
      <Input.Label component="div">{t(adding > 0 ? "batches.new.after" : "batches.new.now")}</Input.Label>
      <Text size="sm" mb={4}>
        {t("batches.new.left", { count: left === 1n ? 1 : 2, left: formatNumber(left) })}
      </Text>
      <SpaceMeter space={series.space} adding={adding} />
    </Alert>
  );
}
