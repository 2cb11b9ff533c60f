import { Button, Group, Radio, Select, SimpleGrid, Stack, TextInput } from "@mantine/core";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";

import { client, type Schemas } from "@/api/client";
import { useSubmit } from "@/api/submit";
import { everyValue } from "@/parts/everyValue";
import { Page } from "@/parts/Page";
import { Section } from "@/parts/Section";
import { SubmitNotice } from "@/parts/SubmitNotice";
import { tell } from "@/parts/tell";
import { useLeaveGuard } from "@/parts/useLeaveGuard";

import { NameField } from "./NameField";
import { NumberingSection } from "./NumberingSection";
import { RulesFields } from "./RulesFields";
import { emptySeries, numberingOf, rulesOf } from "./seriesValues";
import { useSeriesForm, type SeriesForm } from "./useSeriesForm";

const KINDS = everyValue<Schemas["Series"]["kind"]>({ loyalty: true, prepaid: true, debit: true, credit: true });

export function Screen() {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const { form, focus, faultsOf, fieldsOf, refuse } = useSeriesForm(emptySeries);
  const create = useSubmit(
    (body: Schemas["SeriesInput"], headers) => client.POST("/v1/series", { body, headers }),
    ["/v1/series", "/v1/reports"],
  );
  useEffect(() => refuse(create.problem), [create.problem]);
  useLeaveGuard(form.isDirty());

  const submit = form.onSubmit(async (values) => {
    const sent = await create.submit({
      name: values.name.trim(),
      code: values.code.trim(),
      kind: values.kind,
      type: values.type,
      numbering: numberingOf(values),
      ...rulesOf(values),
    });
    if (sent) {
      tell(t("series.form.created", { code: sent.output.code }));
      go(`/series/${sent.output.id}`, { state: { created: true } });
    }
  }, focus);

  return (
    <Page title={t("series.form.newTitle")}>
      <form onSubmit={submit} noValidate>
        <Stack>
          <Section title={t("series.form.basics")}>
            <Basics form={form} />
          </Section>
          <Section title={t("series.form.numbering")} lead={t("series.form.numberingHelp")}>
            <NumberingSection form={form} faultsOf={faultsOf} />
          </Section>
          <Section title={t("series.form.rules")}>
            <RulesFields form={form} />
          </Section>
          <SubmitNotice of={create} fields={fieldsOf(create.problem)} />
          <Group>
            <Button type="submit" loading={create.sending}>
              {t("series.form.submit")}
            </Button>
            <Button component={Link} href="/series" variant="default">
              {t("common.cancel")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Page>
  );
}

function Basics({ form }: { form: SeriesForm }) {
  const { t } = useTranslation();
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      <NameField form={form} />
      <TextInput
        label={t("series.form.code")}
        description={t("series.form.codeHelp")}
        required
        maxLength={50}
        autoComplete="off"
        spellCheck={false}
        {...form.getInputProps("code")}
      />
      <Select
        label={t("series.form.kind")}
        description={t("series.form.kindHelp")}
        allowDeselect={false}
        data={KINDS.map((value) => ({ value, label: t(`series.kind.${value}`) }))}
        {...form.getInputProps("kind")}
      />
      <Radio.Group label={t("series.form.type")} {...form.getInputProps("type")}>
        <Stack gap="xs" mt={4}>
          <Radio value="physical" label={t("series.form.typePhysical")} />
          <Radio value="digital" label={t("series.form.typeDigital")} />
        </Stack>
      </Radio.Group>
    </SimpleGrid>
  );
}
