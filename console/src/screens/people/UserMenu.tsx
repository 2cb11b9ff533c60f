import { ActionIcon, Menu } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useSession } from "@/api/session";

import type { User } from "./users";

export type UserTask = "role" | "password" | "totp" | "disabled";

interface Props {
  user: User;
  onChoose: (task: UserTask) => void;
}

/* What can be done with a user. One's own password and app are changed on the page of the account. */
export function UserMenu({ user, onChoose }: Props) {
  const { t } = useTranslation();
  const target = useRef<HTMLButtonElement>(null);
  const choose = (task: UserTask) => {
    target.current?.focus(); // where the dialog gives the focus back to
    onChoose(task);
  };
  const self = useSession().user_id === user.id;
  return (
    <Menu position="bottom-end" width={240} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <ActionIcon
          ref={target}
          variant="default"
          size="lg"
          aria-label={t("people.users.actionsFor", { name: user.name })}
        >
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => choose("role")}>{t("people.users.tasks.role")}</Menu.Item>
        {self ? (
          <Menu.Item component={Link} href="/account">
            {t("app.account.settings")}
          </Menu.Item>
        ) : (
          <Menu.Item onClick={() => choose("password")}>{t("people.users.tasks.password")}</Menu.Item>
        )}
        {!self && user.totp_enabled && (
          <Menu.Item onClick={() => choose("totp")}>{t("people.users.tasks.totp")}</Menu.Item>
        )}
        <Menu.Item onClick={() => choose("disabled")}>
          {t(user.disabled ? "people.users.tasks.enable" : "people.users.tasks.disable")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
