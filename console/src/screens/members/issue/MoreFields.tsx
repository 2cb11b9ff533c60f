import { Button, Collapse, Stack, TextInput, type TextInputProps } from "@mantine/core";
import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  opened: boolean;
  onToggle: () => void;
  nickname: TextInputProps;
  externalId: TextInputProps;
}

/* What is seldom needed. */
export function MoreFields({ opened, onToggle, nickname, externalId }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const Chevron = opened ? IconChevronUp : IconChevronDown;
  return (
    <div>
      <Button
        variant="subtle"
        size="compact-sm"
        leftSection={<Chevron size={16} aria-hidden />}
        aria-expanded={opened}
        aria-controls={id}
        onClick={onToggle}
      >
        {t("issue.more.show")}
      </Button>
      <Collapse expanded={opened} id={id}>
        <Stack gap="sm" pt="xs">
          <TextInput
            label={t("issue.more.nickname")}
            description={t("issue.more.nicknameHelp")}
            maxLength={50}
            autoComplete="off"
            {...nickname}
          />
          <TextInput
            label={t("issue.more.externalId")}
            description={t("issue.more.externalIdHelp")}
            maxLength={150}
            autoComplete="off"
            {...externalId}
          />
        </Stack>
      </Collapse>
    </div>
  );
}
