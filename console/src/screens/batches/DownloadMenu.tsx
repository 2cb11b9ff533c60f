import { Button, Menu, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { useSession } from "@/api/session";
import { formatDay, formatNumber } from "@/parts/format";

import { fileAddress, STREAMED_COUNT_MAX, type Batch, type Format } from "./batch";
import { startDownload } from "./downloads";

interface Props {
  batch: Batch;
  size?: "xs" | "sm";
  onStart?: () => void;
}

const FORMATS: Format[] = ["txt", "csv"];

/* The numbers as a file: through this page with progress, or by the browser itself when there are very many. */
export function DownloadMenu({ batch, size = "xs", onStart }: Props) {
  const { t } = useTranslation();
  const session = useSession();
  const queries = useQueryClient();
  const native = batch.count > STREAMED_COUNT_MAX;
  const start = (format: Format) => {
    void startDownload(batch, format, session.user_id ?? "", queries);
    onStart?.();
  };
  const named = { code: batch.series_code, date: formatDay(batch.created_at) };

  return (
    <Menu position="bottom-end" width={280}>
      <Menu.Target>
        <Button
          size={size}
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
          aria-label={t("batches.actions.downloadOf", named)}
        >
          {t("batches.actions.download")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {FORMATS.map((format) =>
          native ? (
            <Menu.Item key={format} component="a" href={fileAddress(batch, format)} download onClick={onStart}>
              {t(`batches.actions.${format}`)}
            </Menu.Item>
          ) : (
            <Menu.Item key={format} onClick={() => start(format)}>
              {t(`batches.actions.${format}`)}
            </Menu.Item>
          ),
        )}
        {native && (
          <Text size="xs" c="dimmed" px="sm" py={4}>
            {t("batches.actions.native", { count: STREAMED_COUNT_MAX, number: formatNumber(STREAMED_COUNT_MAX) })}
          </Text>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
