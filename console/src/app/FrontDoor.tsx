import { Center, Paper, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  above: string; // whose door it is
  title: string;
  help?: string;
  children: ReactNode;
}

/* The frame of what stands before the console: signing in, the lock, the first password. */
export function FrontDoor({ above, title, help, children }: Props) {
  return (
    <Center component="main" mih="90vh" p="md">
      <Paper withBorder shadow="sm" p="xl" w="100%" maw={420}>
        <Stack>
          <div>
            <Text c="dimmed" size="sm">
              {above}
            </Text>
            <Title order={1} size="h2">
              {title}
            </Title>
            {help && <Text mt="xs">{help}</Text>}
          </div>
          {children}
        </Stack>
      </Paper>
    </Center>
  );
}
