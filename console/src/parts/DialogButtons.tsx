import { Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface Props {
  submit: string;
  sending: boolean;
  danger?: boolean; // cannot be taken back
  cancel?: string;
  onCancel: () => void;
}

/* The two ways out of a dialog's form. Where there is nothing to type, the focus begins at the safe one. */
export function DialogButtons({ submit, sending, danger = false, cancel, onCancel }: Props) {
  const { t } = useTranslation();
  return (
    <Group justify="flex-end" gap="xs">
      <Button variant="default" onClick={onCancel} data-autofocus>
        {cancel ?? t("common.cancel")}
      </Button>
      <Button type="submit" loading={sending} color={danger ? "red.9" : undefined}>
        {submit}
      </Button>
    </Group>
  );
}
