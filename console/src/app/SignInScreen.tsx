import { useTranslation } from "react-i18next";

import { useDocumentTitle } from "@/parts/useDocumentTitle";

import { FrontDoor } from "./FrontDoor";
import { SignInForm } from "./SignInForm";

export function SignInScreen() {
  const { t } = useTranslation();
  useDocumentTitle(t("app.signIn.title"));
  return (
    <FrontDoor above={t("common.product")} title={t("app.signIn.title")}>
      <SignInForm submitText={t("app.signIn.submit")} />
    </FrontDoor>
  );
}
