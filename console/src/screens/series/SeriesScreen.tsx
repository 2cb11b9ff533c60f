import { Alert, Button, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { IconPackages } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "wouter";
import { useHistoryState } from "wouter/use-browser-location";

import { api, type Schemas } from "@/api/client";
import { useMay } from "@/api/session";
import { Loaded } from "@/parts/Loaded";
import { Page } from "@/parts/Page";

import { ActiveBadge } from "./ActiveBadge";
import { CardCounts } from "./CardCounts";
import { NumberDialog } from "./NumberDialog";
import { NumbersSection } from "./NumbersSection";
import { RetireDialog } from "./RetireDialog";
import { RulesSection } from "./RulesSection";

export function Screen() {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  const series = api.useQuery("get", "/v1/series/{series_id}", { params: { path: { series_id: id } } });
  if (series.data === undefined) {
    return (
      <Page title={t("series.list.title")}>
        <Loaded of={series}>{() => null}</Loaded>
      </Page>
    );
  }
  return <SeriesPage series={series.data} reload={series.refetch} />;
}

function SeriesPage({ series, reload }: { series: Schemas["Series"]; reload: () => unknown }) {
  const { t } = useTranslation();
  const may = useMay();
  const canGenerate = may("draw_numbers") && series.active && series.numbering.generation;
  const isNew = BigInt(series.space.drawn) === 0n;
  return (
    <Page
      title={series.name}
      lead={
        <Group component="span" gap="xs">
          <span className="number">{series.code}</span>
          <span>{t(`series.kind.${series.kind}`)}</span>
          <ActiveBadge active={series.active} />
        </Group>
      }
      actions={
        <>
          <Button component={Link} href={`/batches?series_id=${series.id}`} variant="default">
            {t("series.one.batches")}
          </Button>
          {canGenerate && !isNew && <GenerateButton series={series} />}
          {may("change_series") && <RetireDialog series={series} />}
        </>
      }
    >
      {!series.active && (
        <Alert role="note" color="gray" title={t("series.one.retired")}>
          {t("series.one.retiredHelp")}
        </Alert>
      )}
      {canGenerate && isNew && <NextStep series={series} />}
      <CardCounts seriesId={series.id} />
      <SimpleGrid cols={{ base: 1, lg: 2 }} style={{ alignItems: "start" }}>
        <NumbersSection series={series} reload={reload}>
          {series.active && may("read_cards") && <NumberDialog series={series} />}
        </NumbersSection>
        <RulesSection series={series} reload={reload} />
      </SimpleGrid>
    </Page>
  );
}

function GenerateButton({ series, focused = false }: { series: Schemas["Series"]; focused?: boolean }) {
  const { t } = useTranslation();
  const button = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (focused) {
      button.current?.focus();
    }
  }, [focused]);
  return (
    <Button
      ref={button}
      component={Link}
      href={`/batches?series_id=${series.id}&generate=${series.id}`}
      leftSection={<IconPackages size={18} aria-hidden />}
    >
      {t("series.one.generate")}
    </Button>
  );
}

function NextStep({ series }: { series: Schemas["Series"] }) {
  const { t } = useTranslation();
  const state = useHistoryState<{ created?: boolean } | null>();
  return (
    <Alert role="note" title={t("series.one.nextStep")} color="indigo">
      <Stack align="flex-start" gap="sm">
        <Text size="sm">{t("series.one.nextStepHelp")}</Text>
        <GenerateButton series={series} focused={state?.created === true} />
      </Stack>
    </Alert>
  );
}
