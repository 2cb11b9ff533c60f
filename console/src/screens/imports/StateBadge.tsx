import { Group, Text } from "@mantine/core";
import { IconAlertTriangle, IconBan, IconCircleCheck, IconClock, IconPlayerPlay, type Icon } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Job } from "@/parts/job";

const ICONS: Record<Job["state"], Icon> = {
  queued: IconClock,
  running: IconPlayerPlay,
  done: IconCircleCheck,
  cancelled: IconBan,
  failed: IconAlertTriangle,
};

export function StateBadge({ state }: { state: Job["state"] }) {
  const { t } = useTranslation();
  const StateIcon = ICONS[state];
  return (
    <Group gap={6} wrap="nowrap">
      <StateIcon size={16} aria-hidden />
      <Text size="sm" fw={550}>
        {t(`imports.state.${state}`)}
      </Text>
    </Group>
  );
}
