import { Button, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { useMay } from "@/api/session";
import { Facts } from "@/parts/Facts";
import { formatNumber } from "@/parts/format";
import { Section } from "@/parts/Section";
import { SpaceMeter } from "@/parts/SpaceMeter";

import { NumberingSection } from "./NumberingSection";
import { SeriesEditForm } from "./SeriesEditForm";
import { numberingOf } from "./seriesValues";
import { useEditing } from "./useEditing";
import { useSeriesWords } from "./useSeriesWords";

interface Props {
  series: Schemas["Series"];
  reload: () => unknown;
  children: ReactNode;
}

/* The number space of a series: how its numbers look, how many are used, and what is done with single ones. */
export function NumbersSection({ series, reload, children }: Props) {
  const { t } = useTranslation();
  const may = useMay();
  const { editing, button, begin, end } = useEditing();
  const fixed = BigInt(series.space.drawn) > 0n;
  if (editing) {
    return (
      <div style={{ gridColumn: "1 / -1" }}>
        <Section title={t("series.form.numbering")} lead={t("series.form.numberingHelp")}>
          <SeriesEditForm
            series={series}
            reload={reload}
            patchOf={(values) => ({ numbering: numberingOf(values) })}
            onDone={end}
          >
            {(form, faultsOf) => <NumberingSection form={form} faultsOf={faultsOf} seriesId={series.id} />}
          </SeriesEditForm>
        </Section>
      </div>
    );
  }
  const edit = may("change_series") && !fixed && (
    <Button ref={button} variant="default" size="xs" onClick={begin}>
      {t("series.one.editNumbering")}
    </Button>
  );
  return (
    <Section title={t("series.one.numbers")} actions={edit}>
      <Stack>
        <SpaceMeter space={series.space} />
        <Numbering series={series} />
        <Text size="sm" c="dimmed">
          {t(fixed ? "series.one.fixed" : "series.one.notFixed")}
        </Text>
        {children}
      </Stack>
    </Section>
  );
}

function Numbering({ series }: { series: Schemas["Series"] }) {
  const { t } = useTranslation();
  const words = useSeriesWords();
  const { numbering, space } = series;
  const start = { name: t("series.one.start"), value: formatNumber(numbering.start) };
  return (
    <Facts
      facts={[
        { name: t("series.one.left"), value: formatNumber(space.left) },
        { name: t("series.numbering.looks"), value: <span className="number">{words.looks(series)}</span> },
        { name: t("series.one.layout"), value: words.numbering(series) },
        ...(numbering.method === "sequential" ? [start] : []),
        {
          name: t("series.one.source"),
          value: t(numbering.generation ? "series.one.generated" : "series.one.registered"),
        },
      ]}
    />
  );
}
