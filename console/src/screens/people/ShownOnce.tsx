import { Button, Code, Group, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { CopyButton } from "@/parts/CopyButton";
import { GoodNews } from "@/parts/GoodNews";

import classes from "./ShownOnce.module.css";

interface Props {
  title: string;
  help: string;
  secret: string;
  onDone: () => void;
}

/* A secret that cannot be seen again: what to do with it, the secret, copy. */
export function ShownOnce({ title, help, secret, onDone }: Props) {
  const { t } = useTranslation();
  return (
    <Stack>
      <GoodNews title={title}>{help}</GoodNews>
      <Code block className={`number ${classes.secret}`} fz="md">
        {secret}
      </Code>
      <Group justify="space-between">
        <CopyButton value={secret} />
        <Button onClick={onDone} data-autofocus>
          {t("people.shownOnce.done")}
        </Button>
      </Group>
    </Stack>
  );
}
