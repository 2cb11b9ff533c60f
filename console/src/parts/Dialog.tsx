import { Modal, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { useReturnFocus } from "./useReturnFocus";

interface Props {
  title: string;
  opened: boolean;
  onClose: () => void;
  size?: "md" | "lg";
  held?: boolean; // it is left only by what stands in it
  returnFocus?: boolean; // false: whoever opened it says where the focus goes afterwards
  children: ReactNode;
}

/* A form or a question over the screen. A slip of the pointer beside it must not throw away what was typed. */
export function Dialog({ title, opened, onClose, size = "md", held = false, returnFocus = true, children }: Props) {
  const { t } = useTranslation();
  useReturnFocus(opened && returnFocus);
  return (
    <Modal
      title={
        <Text component="span" size="lg" fw={650}>
          {title}
        </Text>
      }
      opened={opened}
      onClose={onClose}
      size={size}
      closeOnClickOutside={false}
      closeOnEscape={!held}
      withCloseButton={!held}
      returnFocus={false}
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      {children}
    </Modal>
  );
}
