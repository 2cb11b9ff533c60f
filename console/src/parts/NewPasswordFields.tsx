import type { UseFormReturnType } from "@mantine/form";
import { useTranslation } from "react-i18next";

import { faultsByField, type Problem } from "@/api/problem";
import { useSession } from "@/api/session";

import { PasswordBox } from "./PasswordBox";

export const NO_PASSWORDS = { current_password: "", new_password: "" };

interface Props {
  form: UseFormReturnType<typeof NO_PASSWORDS>;
  problem: Problem | null;
  autoFocus?: boolean;
}

/* The password as it is and as it shall be; for a browser that keeps passwords, with the name that they belong to. */
export function NewPasswordFields({ form, problem, autoFocus = false }: Props) {
  const { t } = useTranslation();
  const session = useSession();
  const faults = faultsByField(problem);
  return (
    <>
      <input type="hidden" autoComplete="username" value={session.name ?? ""} readOnly />
      <PasswordBox
        label={t("app.newPassword.current")}
        autoComplete="current-password"
        required
        autoFocus={autoFocus}
        {...form.getInputProps("current_password")}
        error={faults["current_password"]}
      />
      <PasswordBox
        label={t("app.newPassword.new")}
        autoComplete="new-password"
        required
        {...form.getInputProps("new_password")}
        error={faults["new_password"]}
      />
    </>
  );
}
