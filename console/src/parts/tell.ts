import { notifications } from "@mantine/notifications";
import i18next from "i18next";

/* Good news that needs no answer, for a moment, in the corner of the screen; read out as well. */
export function tell(message: string): void {
  notifications.show({ message, closeButtonProps: { "aria-label": i18next.t("common.close") } });
}
