import { ActionIcon, Badge, Group, Text, Tooltip } from "@mantine/core";
import { IconArchive, IconArchiveOff, IconPencil, IconStar, type Icon } from "@tabler/icons-react";
import { useRef, useState, type Ref } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "@/api/session";
import { SubmitNotice } from "@/parts/SubmitNotice";

import { LabelField } from "./LabelField";
import { useChangeLabel, type Label } from "./labels";
import classes from "./StatusLabels.module.css";

interface Props {
  label: Label;
  onNews: (news: string) => void;
  onRetired: () => void;
}

/* A label and what can be done with it. What cannot (retire the default) is left to the program to explain. */
export function LabelRow({ label, onNews, onRetired }: Props) {
  const { t } = useTranslation();
  const may = useMay();
  const [renaming, setRenaming] = useState(false);
  const pencil = useRef<HTMLButtonElement>(null);
  const change = useChangeLabel(label);

  const send = async (body: Parameters<typeof change.submit>[0], news: string) => {
    onNews("");
    const sent = await change.submit({ ...body, version: label.version });
    if (sent) {
      onNews(news);
    }
    return sent !== null;
  };
  const closeRename = () => {
    setRenaming(false);
    change.reset();
    window.setTimeout(() => pencil.current?.focus());
  };
  const makeDefault = async () => {
    if (await send({ default: true }, t("settings.labels.isDefault", { label: label.label }))) {
      pencil.current?.focus(); // the button that was pressed is gone
    }
  };
  const retire = async () => {
    if (await send({ retired: true }, t("settings.labels.isRetired", { label: label.label }))) {
      onRetired();
    }
  };
  const bringBack = () => send({ retired: false }, t("settings.labels.isBack", { label: label.label }));
  const rename = async (name: string) => {
    if (name === label.label || (await send({ label: name }, t("settings.labels.renamed", { label: name })))) {
      closeRename();
    }
  };

  if (renaming) {
    return (
      <li className={classes.row}>
        <LabelField
          title={t("settings.labels.rename", { label: label.label })}
          initial={label.label}
          submitText={t("common.save")}
          of={change}
          onSubmit={rename}
          onCancel={closeRename}
        />
      </li>
    );
  }
  return (
    <li className={classes.row}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Group gap="xs">
          <Text size="sm" c={label.retired ? "dimmed" : undefined}>
            {label.label}
          </Text>
          {label.default && (
            <Badge variant="default">
              {t("settings.labels.default")}
            </Badge>
          )}
          {label.retired && (
            <Badge variant="default">
              {t("settings.labels.retired")}
            </Badge>
          )}
        </Group>
        {may("change_settings") && (
          <Group gap={4} wrap="nowrap">
            <Action
              icon={IconPencil}
              text={t("settings.labels.rename", { label: label.label })}
              onClick={() => setRenaming(true)}
              ref={pencil}
            />
            {!label.default && !label.retired && (
              <Action
                icon={IconStar}
                text={t("settings.labels.makeDefault", { label: label.label })}
                loading={change.sending}
                onClick={makeDefault}
              />
            )}
            <Action
              icon={label.retired ? IconArchiveOff : IconArchive}
              text={t(label.retired ? "settings.labels.bringBack" : "settings.labels.retire", { label: label.label })}
              loading={change.sending}
              onClick={label.retired ? bringBack : retire}
            />
          </Group>
        )}
      </Group>
      <SubmitNotice of={change} />
    </li>
  );
}

interface ActionProps {
  icon: Icon;
  text: string;
  onClick: () => void;
  loading?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

function Action({ icon: Icon, text, onClick, loading = false, ref }: ActionProps) {
  return (
    <Tooltip label={text} events={{ hover: true, focus: true, touch: false }}>
      <ActionIcon
        ref={ref}
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={text}
        onClick={onClick}
        loading={loading}
      >
        <Icon size={18} stroke={1.6} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
