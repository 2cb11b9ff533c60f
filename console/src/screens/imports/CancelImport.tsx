import { Button, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";

import { client } from "@/api/client";
import { useSubmit } from "@/api/submit";
import { TaskDialog } from "@/parts/TaskDialog";
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
      {opened && (
        <TaskDialog
          title={t("imports.cancel.title")}
          submitText={t("imports.cancel.confirm")}
          cancelText={t("imports.cancel.keep")}
          danger
          of={cancel}
          onSubmit={confirm}
          onClose={close}
        >
          <Text size="sm">{t("imports.cancel.help")}</Text>
        </TaskDialog>
      )}
    </>
  );
}
