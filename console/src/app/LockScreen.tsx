import { Anchor, Center, Paper, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Session } from "@/api/session";

import { SignInForm } from "./SignInForm";
import { useHiddenOverlays } from "./useHiddenOverlays";

/* Over the work, which stays as it is: whoever was at it goes on after signing in again. */
export function LockScreen({ session }: { session: Session }) {
  const { t } = useTranslation();
  useHiddenOverlays();
  return (
    <Center component="main" mih="90vh" p="md">
      <Paper withBorder shadow="sm" p="xl" w="100%" maw={420}>
        <Stack>
          <div>
            <Text c="dimmed" size="sm">
              {session.organization_name}
            </Text>
            <Title order={1} size="h2">
              {t("app.lock.title")}
            </Title>
            <Text mt="xs">{t("app.lock.help")}</Text>
          </div>
          <SignInForm fixedName={session.name ?? ""} submitText={t("app.lock.unlock")} />
          <Anchor component="button" type="button" size="sm" onClick={() => window.location.assign("/")}>
            {t("app.lock.other")}
          </Anchor>
        </Stack>
      </Paper>
    </Center>
  );
}
