import { Group, Text, VisuallyHidden } from "@mantine/core";
import { IconArrowRight } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { CardStatusBadge } from "@/parts/CardStatusBadge";
import { formatDateTime } from "@/parts/format";

type CardEvent = Schemas["CardEvent"];

export function CardEventItem({ event }: { event: CardEvent }) {
  const { t, i18n } = useTranslation();
  const own = `members.history.action.${event.action}`;
  const title = i18n.exists(own) ? t(own as "members.history.action.link") : event.action;
  const by = event.actor ?? t(`members.history.actor.${event.actor_kind}`);
  return (
    <>
      <Group gap="xs">
        <Text component="span" fw={600} size="sm">
          {title}
        </Text>
        <Labels event={event} />
      </Group>
      <Text size="sm">{t("members.history.reason", { reason: t(`common.cardReason.${event.reason}`) })}</Text>
      {event.note && <Text size="sm">{t("members.history.note", { note: event.note })}</Text>}
      <Text size="xs" c="dimmed">
        <time dateTime={event.at}>{formatDateTime(event.at)}</time>
        {` · ${by} · ${t(`members.history.channel.${event.channel}`)}`}
      </Text>
    </>
  );
}

function Labels({ event }: { event: CardEvent }) {
  const { t } = useTranslation();
  return (
    <Group gap={6} component="span">
      {event.old_status !== null && event.old_label !== null && (
        <>
          <CardStatusBadge status={event.old_status} label={event.old_label} />
          <IconArrowRight size={16} aria-hidden />
          <VisuallyHidden>{t("members.history.to")}</VisuallyHidden>
        </>
      )}
      <CardStatusBadge status={event.new_status} label={event.new_label} />
    </Group>
  );
}
