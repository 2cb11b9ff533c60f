import { Button, Group, Paper, Text } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { CopyButton } from "@/parts/CopyButton";
import { Grouped } from "@/parts/Grouped";

const SHOWN_S = 30;

/* A number in clear, for half a minute and only while somebody looks at the page. */
export function RevealedNumber({ number, onHide }: { number: string; onHide: (hadFocus: boolean) => void }) {
  const { t } = useTranslation();
  const [left, setLeft] = useState(SHOWN_S);
  const panel = useRef<HTMLDivElement>(null);
  const hide = useRef(() => {});
  hide.current = () => onHide(panel.current?.contains(document.activeElement) ?? false);

  useEffect(() => {
    const end = Date.now() + SHOWN_S * 1000;
    const now = () => hide.current();
    const timer = window.setInterval(() => {
      const seconds = Math.ceil((end - Date.now()) / 1000);
      setLeft(Math.max(seconds, 0));
      if (seconds <= 0) {
        now();
      }
    }, 500);
    window.addEventListener("blur", now);
    document.addEventListener("visibilitychange", now);
    panel.current?.focus();
    return () => {
      window.clearInterval(timer);
      window.removeEventListener("blur", now);
      document.removeEventListener("visibilitychange", now);
    };
  }, []);

  return (
    <Paper withBorder p="sm" ref={panel} tabIndex={-1} role="group" aria-label={t("members.reveal.label")}>
      <Group justify="space-between" gap="sm">
        <div>
          <Grouped text={number} size={20} />
          <Text size="sm" c="dimmed" role="timer">
            {t("members.reveal.left", { count: left })}
          </Text>
        </div>
        <Group gap="xs">
          <CopyButton value={number} label={t("members.reveal.copy")} />
          <Button size="xs" variant="default" onClick={() => hide.current()}>
            {t("members.reveal.hide")}
          </Button>
        </Group>
      </Group>
    </Paper>
  );
}
