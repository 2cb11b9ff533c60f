import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useSession } from "@/api/session";

import type { Role } from "./users";

const ROLES: Role[] = ["agent", "operations", "auditor", "administrator", "owner", "integration"];

interface Props {
  value: Role;
  onChange: (role: Role) => void;
  error?: string | undefined;
}

/* A role with one line on what it may do. Only owners can give the role of an owner. */
export function RoleField({ value, onChange, error }: Props) {
  const { t } = useTranslation();
  const session = useSession();
  const roles = ROLES.filter((role) => role !== "owner" || session.role === "owner" || value === "owner");
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
