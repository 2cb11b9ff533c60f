import { Anchor } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Session } from "@/api/session";

import { FrontDoor } from "./FrontDoor";
import { SignInForm } from "./SignInForm";
import { useHiddenOverlays } from "./useHiddenOverlays";

/* Over the work, which stays as it is: whoever was at it goes on after signing in again. */
export function LockScreen({ session }: { session: Session }) {
  const { t } = useTranslation();
  useHiddenOverlays();
  return (
    <FrontDoor above={session.organization_name} title={t("app.lock.title")} help={t("app.lock.help")}>
      <SignInForm fixedName={session.name ?? ""} submitText={t("app.lock.unlock")} />
      <Anchor component="button" type="button" size="sm" onClick={() => window.location.assign("/")}>
        {t("app.lock.other")}
      </Anchor>
    </FrontDoor>
  );
}
