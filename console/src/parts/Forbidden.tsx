import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { Page } from "./Page";

export function Forbidden() {
  const { t } = useTranslation();
  return (
    <Page title={t("common.forbidden.title")}>
      <Text>{t("common.forbidden.help")}</Text>
    </Page>
  );
}
