import { Button, Paper, Stack, Text, Title, VisuallyHidden } from "@mantine/core";
import { IconUserPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Customer } from "./customer";
import { CustomerList } from "./CustomerList";

interface Props {
  customers: Customer[];
  text: string;
  settled: boolean; // these are the results of this text
  onOpen: () => void;
  onNew: (() => void) | null;
}

export function SearchResults({ customers, text, settled, onOpen, onNew }: Props) {
  const { t } = useTranslation();
  const none = customers.length === 0;
  return (
    <section aria-busy={!settled}>
      <VisuallyHidden>
        <Title order={2}>{t("members.search.results")}</Title>
        <div role="status">{settled && t("members.search.found", { count: customers.length })}</div>
      </VisuallyHidden>
      {!none && <CustomerList label={t("members.search.results")} customers={customers} onOpen={onOpen} />}
      {none && settled && (
        <Paper withBorder p="lg">
          <Stack gap="sm" align="flex-start">
            <Text fw={600}>{t("members.search.nothing", { text })}</Text>
            <Text size="sm">{t("members.search.nothingHelp")}</Text>
            {onNew && (
              <Button data-row leftSection={<IconUserPlus size={18} aria-hidden />} onClick={onNew}>
                {t("members.new.action")}
              </Button>
            )}
          </Stack>
        </Paper>
      )}
    </section>
  );
}
