import { List, Paper, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { formatNumber } from "@/parts/format";

import { numberingOf, type SeriesValues } from "./seriesValues";
import type { NumberingPreview } from "./useNumberingPreview";

const PRINT_RUN = 100_000n;

interface Props {
  values: Pick<SeriesValues, "kind" | "numbering">;
  preview: NumberingPreview;
  faults: string[];
  marked: boolean; // the faults stand at their fields
}

/* The first numbers as they could look, what they are made of, and how many there are. */
export function NumberingPreviewPanel({ values, preview, faults, marked }: Props) {
  const { t } = useTranslation();
  const { complete, shown } = preview;
  return (
    <Paper withBorder p="md" bg="var(--mantine-color-default-hover)">
      <Stack gap="sm">
        <Title order={3} size="h4">
          {t("series.preview.title")}
        </Title>
        {!complete && <Text size="sm">{t("series.preview.incomplete")}</Text>}
        {complete && faults.length > 0 && <Faults faults={faults} marked={marked} />}
        {shown && (
          <>
            <Examples values={values} examples={shown.examples} />
            <Space total={shown.space.total} />
          </>
        )}
      </Stack>
    </Paper>
  );
}

function Faults({ faults, marked }: Pick<Props, "faults" | "marked">) {
  const { t } = useTranslation();
  if (marked) {
    return <Text size="sm">{t("series.preview.marked")}</Text>;
  }
  return (
    <div role="status">
      <Text size="sm">{t("series.preview.faulty")}</Text>
      <List size="sm">
        {faults.map((fault) => (
          <List.Item key={fault}>{fault}</List.Item>
        ))}
      </List>
    </div>
  );
}

function Examples({ values, examples }: { values: Props["values"]; examples: string[] }) {
  const { t } = useTranslation();
  const { prefix, suffix, length, method, check_digit } = numberingOf(values);
  const check = check_digit === "none" ? 0 : 1;
  const digits = length - prefix.length - suffix.length - check;
  const sequential = method === "sequential";
  return (
    <div>
      <Text size="sm" fw={550} id="series-examples">
        {t(sequential ? "series.preview.firstNumbers" : "series.preview.examples")}
      </Text>
      <List listStyleType="none" aria-labelledby="series-examples" my={4}>
        {examples.map((example) => (
          <List.Item key={example} className="number">
            {example}
          </List.Item>
        ))}
      </List>
      {!sequential && (
        <Text size="sm" c="dimmed">
          {t("series.preview.examplesHelp")}
        </Text>
      )}
      {digits > 0 && (
        <Text size="sm" c="dimmed">
          {t("series.preview.parts", { prefix: prefix.length, digits, check, suffix: suffix.length, length })}
        </Text>
      )}
    </div>
  );
}

function Space({ total }: { total: string }) {
  const { t } = useTranslation();
  const runs = BigInt(total) / PRINT_RUN;
  return (
    <div>
      <Text size="sm" fw={550}>
        {t("series.preview.space")}
      </Text>
      <Text role="status" fz="h3" fw={650}>
        {t("series.preview.numbers", { count: total === "1" ? 1 : 2, total: formatNumber(total) })}
      </Text>
      <Text size="sm" c="dimmed">
        {runs > 0n ? t("series.preview.batches", { batches: formatNumber(runs) }) : t("series.preview.small")}
      </Text>
    </div>
  );
}
