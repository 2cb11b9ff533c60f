import { Badge, Group, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay, useSession } from "@/api/session";
import { DataTable, type Column } from "@/parts/DataTable";
import { formatDateTime } from "@/parts/format";

import { ChangeRole } from "./ChangeRole";
import { DisableUser } from "./DisableUser";
import { GivePassword } from "./GivePassword";
import { ResetTotp } from "./ResetTotp";
import { UserMenu, type UserTask } from "./UserMenu";
import { isIdle, isLocked, type User } from "./users";

const TASKS = { role: ChangeRole, password: GivePassword, totp: ResetTotp, disabled: DisableUser };

export function UserTable({ users, filtered }: { users: User[]; filtered: boolean }) {
  const { t } = useTranslation();
  const may = useMay();
  const session = useSession();
  const [open, setOpen] = useState<{ task: UserTask; user: User } | null>(null);
  const Task = open && TASKS[open.task];

  const columns: Column<User>[] = [
    {
      title: t("people.users.name"),
      cell: (user) => (
        <Text size="sm" span>
          {user.name} {user.id === session.user_id && t("people.users.you")}
        </Text>
      ),
    },
    { title: t("people.role"), cell: (user) => t(`common.role.${user.role}`) },
    { title: t("people.users.state"), cell: (user) => <UserState user={user} /> },
    { title: t("people.users.lastSignedIn"), cell: (user) => <LastSignedIn user={user} /> },
  ];
  if (may("manage_people")) {
    columns.push({
      title: t("people.actions"),
      right: true,
      cell: (user) => <UserMenu user={user} onChoose={(task) => setOpen({ task, user })} />,
    });
  }

  return (
    <>
      <DataTable
        caption={t("people.users.tab")}
        columns={columns}
        rows={users}
        rowKey={(user) => user.id}
        filtered={filtered}
      />
      {open && Task && <Task user={open.user} onClose={() => setOpen(null)} />}
    </>
  );
}

function UserState({ user }: { user: User }) {
  const { t } = useTranslation();
  const states = [
    user.disabled && t("people.users.states.disabled"),
    isLocked(user) && t("people.users.states.locked", { until: formatDateTime(user.locked_until) }),
    isIdle(user) && t("people.users.states.idle"),
    user.must_change_password && t("people.users.states.mustChange"),
    user.totp_enabled && t("people.users.states.totp"),
  ].filter((state) => state !== false);
  return (
    <Group gap={4}>
      {states.length === 0 ? (
        <Text size="sm" span>
          {t("people.users.states.fine")}
        </Text>
      ) : (
        states.map((state) => (
          <Badge key={state} variant="default" h="auto" styles={{ label: { whiteSpace: "normal" } }}>
            {state}
          </Badge>
        ))
      )}
    </Group>
  );
}

// Whoever never signed in has the time of being made, which says nothing.
function LastSignedIn({ user }: { user: User }) {
  const { t } = useTranslation();
  const never = user.must_change_password && user.last_signed_in_at === user.password_changed_at;
  return never ? t("people.users.notYet") : formatDateTime(user.last_signed_in_at);
}
