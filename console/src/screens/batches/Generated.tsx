import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { formatDay, formatNumber } from "@/parts/format";

import type { Batch } from "./batch";
import { DownloadMenu } from "./DownloadMenu";
import { useMayDownload } from "./useMayDownload";

interface Props {
  batch: Batch;
  series: Schemas["Series"] | undefined;
  onClose: () => void;
}

/* What the dialog says once the numbers are drawn. */
export function Generated({ batch, series, onClose }: Props) {
  const { t } = useTranslation();
  const downloadable = useMayDownload()(series);
  const date = formatDay(batch.download_until);
  const said = { count: batch.count, number: formatNumber(batch.count), code: batch.series_code };
  return (
    <Stack>
      <Alert
        color="green"
        role="status"
        icon={<IconCircleCheck aria-hidden />}
        title={t("batches.new.done", said)}
      >
        <Text size="sm">{t(downloadable ? "batches.new.doneHelp" : "batches.new.doneNoDownload", { date })}</Text>
      </Alert>
      <Group justify="flex-end">
        {downloadable && <DownloadMenu batch={batch} size="sm" onStart={onClose} />}
        <Button size="sm" onClick={onClose} autoFocus>
          {t("common.close")}
        </Button>
      </Group>
    </Stack>
  );
}
