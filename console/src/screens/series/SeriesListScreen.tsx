import { Anchor, Button, Group, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { api, type Schemas } from "@/api/client";
import { useMay } from "@/api/session";
import { DataTable, type Column } from "@/parts/DataTable";
import { FilterSelect } from "@/parts/FilterSelect";
import { Loaded } from "@/parts/Loaded";
import { Page } from "@/parts/Page";
import { Pager } from "@/parts/Pager";
import { SpaceMeter } from "@/parts/SpaceMeter";
import { useTyped } from "@/parts/useTyped";
import { useUrlState } from "@/parts/useUrlState";

import { ActiveBadge } from "./ActiveBadge";
import { useSeriesWords } from "./useSeriesWords";

type Series = Schemas["Series"];
type State = "active" | "inactive";

const STATES: State[] = ["active", "inactive"];

export function Screen() {
  const { t } = useTranslation();
  const may = useMay();
  const { values, set } = useUrlState(["state", "code", "after"]);
  const list = api.useQuery("get", "/v1/series", {
    params: {
      query: {
        ...(values.state && { state: values.state as State }),
        ...(values.code && { code: values.code }),
        ...(values.after && { after: values.after }),
      },
    },
  });

  return (
    <Page
      title={t("series.list.title")}
      lead={t("series.list.lead")}
      actions={
        may("change_series") && (
          <Button component={Link} href="/series/new" leftSection={<IconPlus size={18} aria-hidden />}>
            {t("series.list.create")}
          </Button>
        )
      }
    >
      <Group role="search" aria-label={t("common.filters.label")} align="flex-end">
        <FilterSelect
          label={t("series.list.filterState")}
          data={STATES.map((value) => ({ value, label: t(`series.state.${value}`) }))}
          value={values.state}
          onChange={(state) => set({ state })}
          w={160}
        />
        <CodeFilter code={values.code} onChange={(code) => set({ code })} />
      </Group>
      <Loaded of={list}>
        {({ data, next }) => (
          <>
            <SeriesTable rows={data} filtered={Boolean(values.state || values.code)} />
            <Pager after={values.after} next={next} onGo={(after) => set({ after })} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

const FILTER_DELAY_MS = 300;

function CodeFilter({ code, onChange }: { code: string; onChange: (code: string) => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useTyped(code);
  const tell = useDebouncedCallback(onChange, FILTER_DELAY_MS);
  return (
    <TextInput
      label={t("series.list.filterCode")}
      placeholder={t("series.list.filterCodeHelp")}
      value={typed}
      maxLength={50}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        tell(event.currentTarget.value.trim());
      }}
      w={200}
    />
  );
}

function SeriesTable({ rows, filtered }: { rows: Series[]; filtered: boolean }) {
  const { t } = useTranslation();
  const words = useSeriesWords();
  const columns: Column<Series>[] = [
    {
      title: t("series.list.name"),
      cell: (row) => (
        <div>
          <Anchor component={Link} href={`/series/${row.id}`} size="sm" fw={550}>
            {row.name}
          </Anchor>
          <Text size="sm" c="dimmed" className="number">
            {row.code}
          </Text>
        </div>
      ),
    },
    {
      title: t("series.list.kind"),
      cell: (row) => <Lines lines={[t(`series.kind.${row.kind}`), t(`series.type.${row.type}`)]} unbroken />,
    },
    {
      title: t("series.list.numbers"),
      cell: (row) => (
        <div>
          <Text size="sm" className="number">
            {words.looks(row)}
          </Text>
          <Text size="sm" c="dimmed">
            {row.numbering.generation ? words.numbering(row) : t("series.numbering.registeredOnly")}
          </Text>
        </div>
      ),
    },
    { title: t("series.list.space"), cell: (row) => <SpaceMeter space={row.space} /> },
    { title: t("series.list.limits"), cell: (row) => <Lines lines={words.limits(row)} /> },
    { title: t("series.list.expiry"), cell: (row) => <Lines lines={[words.shortExpiry(row)]} unbroken /> },
    { title: t("series.list.state"), cell: (row) => <ActiveBadge active={row.active} /> },
  ];
  return (
    <DataTable
      caption={t("series.list.title")}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      filtered={filtered}
    />
  );
}

function Lines({ lines, unbroken = false }: { lines: string[]; unbroken?: boolean }) {
  return (
    <div>
      {lines.map((line) => (
        <Text key={line} size="sm" style={unbroken ? { whiteSpace: "nowrap" } : undefined}>
          {line}
        </Text>
      ))}
    </div>
  );
}
