import { Group, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

import { useDocumentTitle } from "./useDocumentTitle";

interface Props {
  title: string;
  tab?: string; // what the browser's tab says instead: its history keeps that, and must not keep names
  lead?: ReactNode; // one sentence under the title
  actions?: ReactNode; // buttons at the right of the title
  children: ReactNode;
}

/* The frame of a screen: its title (also the tab's), what can be done here, and the content. */
export function Page({ title, tab, lead, actions, children }: Props) {
  useDocumentTitle(tab ?? title);
  return (
    <Stack gap="md" maw={1280}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <div>
          <Title order={1} size="h2">
            {title}
          </Title>
          {lead && (
            <Text c="dimmed" size="sm" mt={2}>
              {lead}
            </Text>
          )}
        </div>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}
