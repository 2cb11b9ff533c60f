import { useTranslation } from "react-i18next";

import { Page } from "@/parts/Page";

export function Screen() {
  const { t } = useTranslation();
  return <Page title={t("app.nav.memberCare")}>{null}</Page>;
}
