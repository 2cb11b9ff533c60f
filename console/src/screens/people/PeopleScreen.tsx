import { Tabs } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { Page } from "@/parts/Page";
import { useUrlState } from "@/parts/useUrlState";

import { ApiKeys } from "./ApiKeys";
import { Users } from "./Users";

export function Screen() {
  const { t } = useTranslation();
  const { values, set } = useUrlState(["tab"]);
  const tab = values.tab === "keys" ? "keys" : "people";
  return (
    <Page title={t("app.nav.people")} lead={t("people.lead")}>
      <Tabs value={tab} onChange={(chosen) => set({ tab: chosen === "keys" ? "keys" : "" })} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="people">{t("people.users.tab")}</Tabs.Tab>
          <Tabs.Tab value="keys">{t("people.keys.tab")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="people">
          <Users />
        </Tabs.Panel>
        <Tabs.Panel value="keys">
          <ApiKeys />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
