import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";

import { client } from "@/api/client";
import { useSubmit } from "@/api/submit";
import { SubmitNotice } from "@/parts/SubmitNotice";
import { tell } from "@/parts/tell";

export function CancelImport({ id }: { id: string }) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  const cancel = useSubmit(
    (job_id: string, headers) => client.POST("/v1/jobs/{job_id}/cancel", { params: { path: { job_id } }, headers }),
    ["/v1/jobs"],
  );
  const confirm = async () => {
    if (await cancel.submit(id)) {
      tell(t("imports.cancel.done"));
      close();
    }
  };
  return (
    <>
      <Button variant="default" onClick={open}>
        {t("imports.cancel.button")}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t("imports.cancel.title")}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        <Stack>
          <SubmitNotice of={cancel} />
          <Text size="sm">{t("imports.cancel.help")}</Text>
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close} data-autofocus>
              {t("imports.cancel.keep")}
            </Button>
            <Button color="red.9" onClick={confirm} loading={cancel.sending}>
              {t("imports.cancel.confirm")}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
