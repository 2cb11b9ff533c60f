import { Button, Group } from "@mantine/core";
import { IconDice5 } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { PasswordBox } from "@/parts/PasswordBox";

import { makePassword } from "./newPassword";

interface Props {
  label: string;
  value: string;
  onChange: (password: string) => void;
  error?: string | undefined;
}

/* A password for somebody else, typed or made up here. */
export function PasswordField({ label, value, onChange, error }: Props) {
  const { t } = useTranslation();
  const [visible, setVisible] = useState(false);
  const generate = () => {
    onChange(makePassword());
    setVisible(true);
  };
  return (
    <Group align="flex-end" gap="xs">
      <PasswordBox
        label={label}
        description={t("people.password.help")}
        autoComplete="new-password"
        required
        flex="1 1 220px"
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        visible={visible}
        onVisibilityChange={setVisible}
        error={error}
      />
      <Button variant="default" leftSection={<IconDice5 size={18} aria-hidden />} onClick={generate}>
        {t("people.password.generate")}
      </Button>
    </Group>
  );
}
