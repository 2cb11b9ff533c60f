import { Checkbox, Group, NumberInput, Radio, SimpleGrid, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { formatDate } from "@/parts/format";

import { expiryExample, type SeriesValues } from "./seriesValues";
import type { SeriesForm } from "./useSeriesForm";

const UNITS: { unit: SeriesValues["expiry"]["unit"]; text: "expiresNever" | "expiresDays" | "expiresMonths" }[] = [
  { unit: "never", text: "expiresNever" },
  { unit: "days", text: "expiresDays" },
  { unit: "months", text: "expiresMonths" },
];

const whole = { allowDecimal: false, allowNegative: false, clampBehavior: "none", hideControls: true } as const;

/* What may change in the life of a series: limits, expiry, who may have its cards. */
export function RulesFields({ form }: { form: SeriesForm }) {
  const { t } = useTranslation();
  return (
    <Stack>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <NumberInput
          label={t("series.form.maxCards")}
          description={t("series.form.limitHelp")}
          {...whole}
          {...form.getInputProps("max_cards_per_customer")}
        />
        <NumberInput
          label={t("series.form.maxActive")}
          description={t("series.form.limitHelp")}
          {...whole}
          {...form.getInputProps("max_active_cards_per_customer")}
        />
      </SimpleGrid>
      <Expiry form={form} />
      <Checkbox
        label={t("series.form.verifiedOnly")}
        description={t("series.form.verifiedOnlyHelp")}
        {...form.getInputProps("verified_customers_only", { type: "checkbox" })}
      />
    </Stack>
  );
}

function Expiry({ form }: { form: SeriesForm }) {
  const { t } = useTranslation();
  const { expiry } = form.values;
  const example = expiryExample(expiry);
  return (
    <div>
      <Radio.Group label={t("series.form.expires")} {...form.getInputProps("expiry.unit")}>
        <Group mt={4}>
          {UNITS.map(({ unit, text }) => (
            <Radio key={unit} value={unit} label={t(`series.form.${text}`)} />
          ))}
        </Group>
      </Radio.Group>
      {expiry.unit !== "never" && (
        <>
          <NumberInput
            label={t(expiry.unit === "days" ? "series.form.expiresAfterDays" : "series.form.expiresAfterMonths")}
            required
            mt="sm"
            maw={240}
            {...whole}
            {...form.getInputProps("expiry.after")}
          />
          <Text size="sm" c="dimmed" role="status" mt={4}>
            {example && t("series.form.expiryExample", { date: formatDate(example) })}
          </Text>
        </>
      )}
    </div>
  );
}
