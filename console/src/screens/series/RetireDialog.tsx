import { Button, List, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";

import { client, type Schemas } from "@/api/client";
import { useSubmit } from "@/api/submit";
import { TaskDialog } from "@/parts/TaskDialog";
import { tell } from "@/parts/tell";

/* The button that retires a series or brings it back, and the question that says what it means. */
export function RetireDialog({ series }: { series: Schemas["Series"] }) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  const action = series.active ? "retire" : "restore";
  const change = useSubmit(
    (active: boolean, headers) =>
      client.PATCH("/v1/series/{series_id}", { params: { path: { series_id: series.id } }, body: { active }, headers }),
    ["/v1/series", "/v1/reports"],
  );

  const ask = () => {
    change.reset();
    open();
  };
  const confirm = async () => {
    if (await change.submit(!series.active)) {
      tell(t(`series.${action}.done`, { code: series.code }));
      close();
    }
  };

  return (
    <>
      <Button variant="default" onClick={ask}>
        {t(`series.${action}.button`)}
      </Button>
      {opened && (
        <TaskDialog
          title={t(`series.${action}.title`, { name: series.name })}
          submitText={t(`series.${action}.confirm`)}
          danger={series.active}
          of={change}
          onSubmit={confirm}
          onClose={close}
        >
          {series.active ? <WhatRetiringMeans /> : <Text size="sm">{t("series.restore.help")}</Text>}
        </TaskDialog>
      )}
    </>
  );
}

function WhatRetiringMeans() {
  const { t } = useTranslation();
  return (
    <List size="sm">
      <List.Item>{t("series.retire.issue")}</List.Item>
      <List.Item>{t("series.retire.generate")}</List.Item>
      <List.Item>{t("series.retire.stay")}</List.Item>
      <List.Item>{t("series.retire.back")}</List.Item>
    </List>
  );
}
