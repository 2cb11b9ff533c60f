import { SimpleGrid, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { Page } from "@/parts/Page";

import { Authenticator } from "./Authenticator";
import { ChangePassword } from "./ChangePassword";
import { Colors } from "./Colors";
import { Sessions } from "./Sessions";
import { WhoAmI } from "./WhoAmI";

export function Screen() {
  const { t } = useTranslation();
  return (
    <Page title={t("app.account.settings")} lead={t("account.lead")}>
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Stack>
          <WhoAmI />
          <Sessions />
          <Colors />
        </Stack>
        <Stack>
          <ChangePassword />
          <Authenticator />
        </Stack>
      </SimpleGrid>
    </Page>
  );
}
