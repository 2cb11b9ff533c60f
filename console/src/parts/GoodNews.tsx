import { Alert, Text } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import type { ReactNode } from "react";

/* What was done, where it was done. */
export function GoodNews({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Alert color="green" variant="light" role="status" icon={<IconCheck aria-hidden />}>
      <Text size="sm" fw={children ? 650 : undefined}>
        {title}
      </Text>
      {children && <Text size="sm">{children}</Text>}
    </Alert>
  );
}
