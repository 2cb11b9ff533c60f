import { Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface Props {
  submit: string;
  sending: boolean;
  danger?: boolean; // cannot be taken back
  onCancel: () => void;
}

export function DialogButtons({ submit, sending, danger = false, onCancel }: Props) {
  const { t } = useTranslation();
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onCancel}>
        {t("common.cancel")}
      </Button>
      <Button type="submit" loading={sending} color={danger ? "red" : undefined}>
        {submit}
      </Button>
    </Group>
  );
}
