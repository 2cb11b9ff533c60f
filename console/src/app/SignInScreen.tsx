import { Center, Paper, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useDocumentTitle } from "@/parts/useDocumentTitle";

import { SignInForm } from "./SignInForm";

export function SignInScreen() {
  const { t } = useTranslation();
  useDocumentTitle(t("app.signIn.title"));
  return (
    <Center component="main" mih="90vh" p="md">
      <Paper withBorder shadow="sm" p="xl" w="100%" maw={420}>
        <Stack>
          <div>
            <Text c="dimmed" size="sm">
              {t("common.product")}
            </Text>
            <Title order={1} size="h2">
              {t("app.signIn.title")}
            </Title>
          </div>
          <SignInForm submitText={t("app.signIn.submit")} />
        </Stack>
      </Paper>
    </Center>
  );
}
