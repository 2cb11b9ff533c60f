import { Alert, List, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { customerName } from "../customer";
import type { Limit } from "./limits";
import { NewTabLink } from "./NewTabLink";
import type { Customer, Series } from "./order";

interface Props {
  customer: Customer;
  series: Series | undefined;
  reached: Limit[];
}

/* Told before the request is made, so that nobody sends a code in vain. */
export function LimitNotice({ customer, series, reached }: Props) {
  const { t } = useTranslation();
  const unverified = series?.verified_customers_only === true && customer.verification !== "verified";
  if (reached.length === 0 && !unverified) {
    return null;
  }
  const name = customerName(customer);
  return (
    <Alert
      role="note"
      mt="md"
      color="orange"
      variant="light"
      icon={<IconAlertTriangle aria-hidden />}
      title={t("issue.limit.titleSoon")}
    >
      <Stack gap={4} align="flex-start">
        <List size="sm">
          {reached.map(({ of, what, have, limit }) => (
            <List.Item key={`${of} ${what}`}>{t(`issue.limit.reached.${of}.${what}`, { name, have, limit })}</List.Item>
          ))}
          {unverified && <List.Item>{t("issue.limit.verification", { name })}</List.Item>}
        </List>
        <Text size="sm">
          {reached.length > 0 && t("issue.limit.next")} {unverified && t("issue.limit.verificationNext")}
        </Text>
        <NewTabLink href={`/members/${customer.id}`} text={t("issue.limit.openCustomer")} />
      </Stack>
    </Alert>
  );
}
