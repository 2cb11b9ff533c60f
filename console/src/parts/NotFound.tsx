import { Button, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { Page } from "./Page";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Page title={t("common.notFound.title")}>
      <Stack align="flex-start">
        <Text>{t("common.notFound.help")}</Text>
        <Button component={Link} href="/" variant="default">
          {t("common.notFound.home")}
        </Button>
      </Stack>
    </Page>
  );
}
