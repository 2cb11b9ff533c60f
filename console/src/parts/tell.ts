import { notifications } from "@mantine/notifications";
import i18next from "i18next";

const closable = () => ({ closeButtonProps: { "aria-label": i18next.t("common.close") } });

/* Good news that needs no answer, for a moment, in the corner of the screen; read out as well. */
export function tell(message: string): void {
  notifications.show({ message, ...closable() });
}

/* What did not work where there is no place for a notice; it stays until it is closed. */
export function tellTrouble(message: string): void {
  notifications.show({ message, color: "red", autoClose: false, ...closable() });
}
