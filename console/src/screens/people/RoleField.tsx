import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useSession } from "@/api/session";
import { everyValue } from "@/parts/everyValue";

import type { Role } from "./users";

const ROLES = everyValue<Role>({
  agent: true,
  operations: true,
  auditor: true,
  administrator: true,
  owner: true,
  integration: true,
  custodian: true,
});

const OWNERS_GIVE = new Set<Role>(["owner", "custodian"]);

interface Props {
  value: Role;
  onChange: (role: Role) => void;
  error?: string | undefined;
}

/* A role with one line on what it may do. What only owners may do, only owners can give. */
export function RoleField({ value, onChange, error }: Props) {
  const { t } = useTranslation();
  const session = useSession();
  const roles = ROLES.filter((role) => !OWNERS_GIVE.has(role) || session.role === "owner" || value === role);
  return (
    <Select
      label={t("people.role")}
      description={t(`people.roleHelp.${value}`)}
      inputWrapperOrder={["label", "input", "description", "error"]}
      data={roles.map((role) => ({ value: role, label: t(`common.role.${role}`) }))}
      value={value}
      onChange={(role) => role && onChange(role as Role)}
      allowDeselect={false}
      required
      error={error}
    />
  );
}
