import { Alert, Button, Group, Text } from "@mantine/core";
import { IconAlertTriangle, IconSearch } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { faultsByField, type Problem } from "@/api/problem";

import type { CustomerValues } from "./customerValues";

const CONTACTS = ["mobile", "email", "external_id"] as const;

interface Props {
  problem: Problem;
  values: CustomerValues;
  onFind: (text: string) => void;
}

/* Somebody has this mobile, email or external id already: most likely it is the customer who is meant. */
export function CustomerExistsNotice({ problem, values, onFind }: Props) {
  const { t } = useTranslation();
  const faults = faultsByField(problem);
  const taken = CONTACTS.filter((field) => field in faults && values[field]);
  return (
    <Alert
      variant="default"
      role="alert"
      icon={<IconAlertTriangle aria-hidden />}
      title={t("members.exists.title")}
    >
      <Text size="sm">{t("members.exists.help")}</Text>
      <Group gap="xs" mt="xs">
        {taken.map((field) => (
          <Button
            key={field}
            size="xs"
            variant="default"
            leftSection={<IconSearch size={16} aria-hidden />}
            onClick={() => onFind(values[field])}
          >
            {t(`members.exists.find.${field}`)}
          </Button>
        ))}
      </Group>
    </Alert>
  );
}
