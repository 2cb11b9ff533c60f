import { Anchor, List, Paper, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay } from "@/api/session";

const STEPS = [
  { permission: "change_settings", text: "label", href: "/labels" },
  { permission: "change_series", text: "series", href: "/series/new" },
  { permission: "draw_numbers", text: "generate", href: "/batches" },
  { permission: "issue_cards", text: "issue", href: "/members" },
] as const;

/* What stands here while there is no series: what to do first, for those who may. */
export function FirstSteps() {
  const { t } = useTranslation();
  const may = useMay();
  const canBegin = may("change_series");
  const steps = canBegin ? STEPS.filter((step) => may(step.permission)) : [];
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="first-steps">
      <Stack gap="sm">
        <Title order={2} size="h4" id="first-steps">
          {t("overview.first.title")}
        </Title>
        <Text>{t("overview.first.nothing")}</Text>
        {!canBegin && <Text>{t("overview.first.wait")}</Text>}
        {steps.length > 0 && (
          <List type="ordered" spacing="sm">
            {steps.map((step) => (
              <List.Item key={step.text}>
                <Anchor component={Link} href={step.href} fw={550}>
                  {t(`overview.first.${step.text}`)}
                </Anchor>
                <Text size="sm" c="dimmed">
                  {t(`overview.first.${step.text}Help`)}
                </Text>
              </List.Item>
            ))}
          </List>
        )}
      </Stack>
    </Paper>
  );
}
