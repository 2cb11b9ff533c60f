import { Modal, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  title: string;
  opened: boolean;
  onClose: () => void;
  size?: "md" | "lg";
  children: ReactNode;
}

/*
 * A form over the screen. A slip of the pointer beside it must not throw away what was typed. Where the focus goes
 * afterwards is the business of who opened it.
 */
export function Dialog({ title, opened, onClose, size = "md", children }: Props) {
  const { t } = useTranslation();
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
      returnFocus={false}
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      {children}
    </Modal>
  );
}
