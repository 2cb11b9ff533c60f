import { Code, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { CopyButton } from "@/parts/CopyButton";

import type { Command } from "./commandsFor";

/* What to type at the machine. Nothing here does it. */
export function Commands({ commands }: { commands: Command[] }) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm">
      {commands.map(({ task, line }) => (
        <div key={task}>
          <Text size="sm">{t(`keys.commands.${task}`)}</Text>
          <CommandLine line={line} />
        </div>
      ))}
    </Stack>
  );
}

export function CommandLine({ line }: { line: string }) {
  const { t } = useTranslation();
  return (
    <Group gap="xs" mt={4}>
      <Code fz="sm">{line}</Code>
      <CopyButton value={line} label={t("keys.commands.copy")} />
    </Group>
  );
}
