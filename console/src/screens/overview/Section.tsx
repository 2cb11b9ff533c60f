import { Group, Paper, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  id: string;
  title: string;
  lead?: string;
  controls?: ReactNode;
  children: ReactNode;
}

/* One plot with its heading and what can be chosen for it. */
export function Section({ id, title, lead, controls, children }: Props) {
  return (
    <Paper withBorder p="md" component="section" aria-labelledby={id}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-end" gap="sm">
          <div>
            <Title order={2} size="h4" id={id} tabIndex={-1}>
              {title}
            </Title>
            {lead && (
              <Text size="sm" c="dimmed">
                {lead}
              </Text>
            )}
          </div>
          <Group align="flex-end" gap="sm">
            {controls}
          </Group>
        </Group>
        {children}
      </Stack>
    </Paper>
  );
}
