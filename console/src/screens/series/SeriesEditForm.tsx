import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { useEffect, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { client, type Schemas } from "@/api/client";
import type { Problem } from "@/api/problem";
import { useSubmit } from "@/api/submit";
import { SubmitNotice } from "@/parts/SubmitNotice";
import { tell } from "@/parts/tell";
import { useLeaveGuard } from "@/parts/useLeaveGuard";

import { valuesOf, type SeriesValues } from "./seriesValues";
import { useSeriesForm, type SeriesForm } from "./useSeriesForm";

interface Props {
  series: Schemas["Series"];
  reload: () => unknown;
  patchOf: (values: SeriesValues) => Schemas["SeriesPatch"];
  onDone: () => void;
  children: (form: SeriesForm, faultsOf: (problem: Problem | null) => Record<string, string>) => ReactNode;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/* What was changed here stays, all else becomes what the program has now. */
function merged(mine: SeriesValues, before: SeriesValues, now: SeriesValues): SeriesValues {
  const names = Object.keys(now) as (keyof SeriesValues)[];
  return Object.fromEntries(
    names.map((name) => [name, same(mine[name], before[name]) ? now[name] : mine[name]]),
  ) as unknown as SeriesValues;
}

/* A form that changes a series, and what happens when somebody else changed it meanwhile. */
export function SeriesEditForm({ series, reload, patchOf, onDone, children }: Props) {
  const { t } = useTranslation();
  const known = useRef(valuesOf(series));
  const { form, focus, faultsOf, fieldsOf, refuse } = useSeriesForm(known.current);
  const save = useSubmit(
    (body: Schemas["SeriesPatch"], headers) =>
      client.PATCH("/v1/series/{series_id}", { params: { path: { series_id: series.id } }, body, headers }),
    ["/v1/series", "/v1/reports", "/v1/batches"],
  );
  const conflict = save.problem?.code === "version_conflict";
  useLeaveGuard(form.isDirty());
  useEffect(() => refuse(save.problem), [save.problem]);
  useEffect(() => {
    const now = valuesOf(series);
    form.setInitialValues(now);
    form.setValues((mine) => merged(mine as SeriesValues, known.current, now));
    known.current = now;
    save.reset();
  }, [series.version]);

  const submit = form.onSubmit(async (values) => {
    const sent = await save.submit({ ...patchOf(values), version: series.version });
    if (sent) {
      tell(t("series.one.saved", { code: series.code }));
      onDone();
    }
  }, focus);

  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {conflict ? <Conflict reload={reload} /> : <SubmitNotice of={save} fields={fieldsOf(save.problem)} />}
        {children(form, faultsOf)}
        <Group>
          <Button type="submit" loading={save.sending}>
            {t("common.save")}
          </Button>
          <Button variant="default" onClick={onDone}>
            {t("common.cancel")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Conflict({ reload }: { reload: () => unknown }) {
  const { t } = useTranslation();
  return (
    <Alert color="yellow" role="alert" title={t("series.one.conflict")}>
      <Text size="sm">{t("series.one.conflictHelp")}</Text>
      <Button size="xs" mt="xs" variant="default" onClick={() => reload()}>
        {t("series.one.loadAgain")}
      </Button>
    </Alert>
  );
}
