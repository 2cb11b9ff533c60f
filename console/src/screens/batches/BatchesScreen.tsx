import { Button, Group, Switch } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";

import { api } from "@/api/client";
import { useEverySeries } from "@/api/everyPage";
import { useMay } from "@/api/session";
import { CLOSING_DAYS } from "@/parts/closingDays";
import { FilterSelect } from "@/parts/FilterSelect";
import { Loaded } from "@/parts/Loaded";
import { Page } from "@/parts/Page";
import { Pager } from "@/parts/Pager";
import { useUrlState } from "@/parts/useUrlState";

import { BatchTable } from "./BatchTable";
import { DownloadTray } from "./DownloadTray";
import { GenerateDialog } from "./GenerateDialog";

const NO_SERIES = "new"; // the dialog is open, for no series in particular

export function Screen() {
  const { t } = useTranslation();
  const may = useMay();
  const button = useRef<HTMLButtonElement>(null);
  const { values, set } = useUrlState(["series_id", "closing_within_days", "after", "generate"]);
  const series = useEverySeries();
  const list = api.useQuery("get", "/v1/batches", {
    params: {
      query: {
        ...(values.series_id && { series_id: values.series_id }),
        ...(values.closing_within_days && { closing_within_days: Number(values.closing_within_days) }),
        ...(values.after && { after: values.after }),
      },
    },
  });
  const ask = (generate: string) => set({ generate, after: values.after });
  const closeDialog = () => {
    ask("");
    window.setTimeout(() => button.current?.focus());
  };

  return (
    <Page
      title={t("batches.title")}
      lead={t("batches.lead")}
      actions={
        may("draw_numbers") && (
          <Button
            ref={button}
            leftSection={<IconPlus size={18} aria-hidden />}
            onClick={() => ask(values.series_id || NO_SERIES)}
          >
            {t("batches.generate")}
          </Button>
        )
      }
    >
      <DownloadTray />
      <Group role="search" aria-label={t("common.filters.label")} align="flex-end">
        <FilterSelect
          label={t("batches.filter.series")}
          data={(series.data ?? []).map((one) => ({ value: one.id, label: `${one.name} (${one.code})` }))}
          value={values.series_id}
          onChange={(series_id) => set({ series_id })}
          searchable
          w={280}
        />
        <Switch
          label={t("batches.filter.closing")}
          checked={values.closing_within_days !== ""}
          onChange={(event) => set({ closing_within_days: event.currentTarget.checked ? String(CLOSING_DAYS) : "" })}
          py="xs"
        />
      </Group>
      <Loaded of={list}>
        {({ data, next }) => (
          <>
            <BatchTable
              rows={data}
              series={new Map((series.data ?? []).map((one) => [one.id, one]))}
              filtered={Boolean(values.series_id || values.closing_within_days)}
            />
            <Pager after={values.after} next={next} onGo={(after) => set({ after })} />
          </>
        )}
      </Loaded>
      {may("draw_numbers") && (
        <GenerateDialog opened={values.generate !== ""} seriesId={values.generate} onClose={closeDialog} />
      )}
    </Page>
  );
}
