import { Alert, NumberInput, Radio, Select, SimpleGrid, Stack, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { everyValue } from "@/parts/everyValue";

import { GenerationSwitch } from "./GenerationSwitch";
import { isPayment, lengthsOf, type Numbering } from "./seriesValues";
import type { SeriesForm } from "./useSeriesForm";

const METHODS = everyValue<Numbering["method"]>({ random: true, sequential: true });

/* How the numbers of a series look. `live`: faults found while typing, by field. */
export function NumberingFields({ form, live }: { form: SeriesForm; live: Record<string, string> }) {
  const { t } = useTranslation();
  const { kind, numbering } = form.values;
  const payment = isPayment(kind);
  const field = (name: keyof Numbering) => {
    const props = form.getInputProps(`numbering.${name}`);
    return { ...props, error: props.error ?? live[`numbering.${name}`] };
  };
  const words = { autoComplete: "off", spellCheck: false, maxLength: 50 };

  return (
    <Stack>
      {payment && <Alert role="note" color="gray">{t("series.form.payment")}</Alert>}
      <SimpleGrid cols={{ base: 1, xs: payment ? 1 : 2 }}>
        <TextInput
          label={t("series.form.prefix")}
          description={t(payment ? "series.form.prefixPaymentHelp" : "series.form.prefixHelp")}
          inputMode={payment ? "numeric" : "text"}
          {...words}
          {...field("prefix")}
        />
        {!payment && (
          <TextInput
            label={t("series.form.suffix")}
            description={t("series.form.suffixHelp")}
            {...words}
            {...field("suffix")}
          />
        )}
      </SimpleGrid>
      <NumberInput
        label={t("series.form.length")}
        description={t("series.form.lengthHelp", lengthsOf(kind))}
        required
        allowDecimal={false}
        allowNegative={false}
        clampBehavior="none"
        hideControls
        {...field("length")}
      />
      {!payment && (
        <>
          <Radio.Group label={t("series.form.method")} {...field("method")}>
            <Stack gap="xs" mt={4}>
              {METHODS.map((method) => (
                <Radio key={method} value={method} label={t(`series.form.${method}`)} />
              ))}
            </Stack>
          </Radio.Group>
          {numbering.method === "sequential" && (
            <NumberInput
              label={t("series.form.start")}
              description={t("series.form.startHelp")}
              allowDecimal={false}
              allowNegative={false}
              allowLeadingZeros={false}
              max={Number.MAX_SAFE_INTEGER}
              hideControls
              {...field("start")}
            />
          )}
          <Select
            label={t("series.form.checkDigit")}
            description={t("series.form.checkDigitHelp")}
            allowDeselect={false}
            data={[
              { value: "none", label: t("series.form.checkDigitNone") },
              { value: "luhn", label: t("series.form.checkDigitLuhn") },
              { value: "mod7", label: t("series.form.checkDigitMod7") },
            ]}
            {...field("check_digit")}
          />
        </>
      )}
      <GenerationSwitch form={form} />
    </Stack>
  );
}
