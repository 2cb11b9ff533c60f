import { Paper, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { api } from "@/api/client";
import { Loaded } from "@/parts/Loaded";
import { Pager } from "@/parts/Pager";
import { useUrlState } from "@/parts/useUrlState";

import { CustomerList } from "./CustomerList";

const PAGE = 20;

/* What stands under the empty search box. */
export function NewestCustomers() {
  const { t } = useTranslation();
  const { values, set } = useUrlState(["after"] as const);
  const query = values.after ? { limit: PAGE, after: values.after } : { limit: PAGE };
  const customers = api.useQuery("get", "/v1/customers", { params: { query } });
  return (
    <Stack gap="xs">
      <Title order={2} size="h4">
        {t("members.newest.title")}
      </Title>
      <Loaded of={customers}>
        {({ data, next }) => (
          <Stack gap="sm">
            {data.length > 0 ? (
              <CustomerList label={t("members.newest.title")} customers={data} />
            ) : (
              <Paper withBorder p="lg">
                <Text c="dimmed">{t("members.newest.none")}</Text>
              </Paper>
            )}
            <Pager after={values.after} next={next} onGo={(after) => set({ after })} />
          </Stack>
        )}
      </Loaded>
    </Stack>
  );
}
