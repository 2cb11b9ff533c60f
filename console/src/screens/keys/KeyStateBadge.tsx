import { Badge, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { KeyState } from "./key";

const COLORS: Record<KeyState, string> = { waiting: "cyan", active: "green", retired: "yellow", destroyed: "gray" };

/* The state, and under it what that means. */
export function KeyStateBadge({ state }: { state: KeyState }) {
  const { t } = useTranslation();
  return (
    <div>
      <Badge color={`${COLORS[state]}.8`} variant="dot">
        {t(`keys.state.${state}`)}
      </Badge>
      <Text size="xs" c="dimmed" mt={2}>
        {t(`keys.stateHelp.${state}`)}
      </Text>
    </div>
  );
}
