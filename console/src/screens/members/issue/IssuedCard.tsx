import { Alert, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay } from "@/api/session";
import { CopyButton } from "@/parts/CopyButton";
import { formatDate } from "@/parts/format";
import { Grouped } from "@/parts/Grouped";

import { customerName } from "../customer";
import type { Card, Customer, Way } from "./order";

export interface Issued {
  card: Card;
  replayed: boolean;
  way: Way;
}

interface Props {
  issued: Issued;
  customer: Customer;
  onAnother: () => void;
}

/* The card was issued. The number of a generated one stands here once, and nowhere else. */
export function IssuedCard({ issued, customer, onAnother }: Props) {
  const { t } = useTranslation();
  const may = useMay();
  const { card, replayed, way } = issued;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const customerPath = `/members/${customer.id}?card=${card.id}`;
  const revealsLater = replayed && way === "generate" && may("reveal_numbers");
  const clear = way === "generate" ? card.number : null;

  const aboutNumber =
    way === "link"
      ? t("issue.done.linked")
      : t(clear ? "issue.done.once" : revealsLater ? "issue.done.notTwice" : "issue.done.masked");

  return (
    <Paper withBorder p="md">
      <Stack align="flex-start">
        <Group gap="xs" wrap="nowrap">
          <IconCircleCheck color="var(--mantine-color-green-7)" aria-hidden />
          <Title order={2} size="h4" ref={heading} tabIndex={-1} style={{ outline: "none" }}>
            {t("issue.done.title")}
          </Title>
        </Group>
        <Text>
          {t("issue.done.for", {
            name: customerName(customer),
            series: `${card.series_name} (${card.series_code})`,
          })}
        </Text>
        <div>
          <Text size="sm" c="dimmed">
            {t("issue.done.number")}
          </Text>
          <Grouped text={clear ?? card.number_masked} size={26} />
        </div>
        {clear && <CopyButton value={clear} label={t("issue.done.copy")} />}
        {replayed && <Alert color="yellow">{t("issue.done.replayed")}</Alert>}
        <Text size="sm">{aboutNumber}</Text>
        <Text size="sm">
          {t("issue.done.label")}: {card.status_label}
          {card.expires_on && (
            <>
              {" · "}
              {t("issue.done.expires")}: {formatDate(card.expires_on)}
            </>
          )}
        </Text>
        <Group gap="xs">
          <Button component={Link} href={customerPath}>
            {t(revealsLater ? "issue.done.reveal" : "issue.done.back")}
          </Button>
          <Button variant="default" onClick={onAnother}>
            {t("issue.done.another")}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}
