import { PasswordInput, type PasswordInputProps } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

/* A field for a password, with a button to see it. */
export function PasswordBox(props: PasswordInputProps) {
  const { t } = useTranslation();
  const [own, setOwn] = useState(false);
  const visible = props.visible ?? own;
  return (
    <PasswordInput
      {...props}
      visible={visible}
      onVisibilityChange={props.onVisibilityChange ?? setOwn}
      visibilityToggleButtonProps={{ "aria-label": t(visible ? "common.hidePassword" : "common.showPassword") }}
    />
  );
}
