import { Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useId, type ReactNode } from "react";

interface Props {
  title: string;
  lead?: string;
  actions?: ReactNode; // buttons and choices at the right of the title
  id?: string; // where the focus may be sent to
  children: ReactNode;
}

/* A titled part of a screen. */
export function Section({ title, lead, actions, id: place, children }: Props) {
  const made = useId();
  const id = place ?? made;
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby={id}>
      <Stack>
        <Group justify="space-between" align="flex-start">
          <div>
            <Title order={2} size="h4" id={id} tabIndex={place ? -1 : undefined}>
              {title}
            </Title>
            {lead && (
              <Text size="sm" c="dimmed">
                {lead}
              </Text>
            )}
          </div>
          <Group align="flex-end" gap="sm">
            {actions}
          </Group>
        </Group>
        {children}
      </Stack>
    </Paper>
  );
}
