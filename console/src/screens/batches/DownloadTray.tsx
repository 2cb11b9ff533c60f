import { ActionIcon, Alert, Button, Group, Paper, Progress, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { useSession } from "@/api/session";
import { formatNumber, formatPercent } from "@/parts/format";
import { ProblemNotice } from "@/parts/ProblemNotice";

import { formatBytes } from "./bytes";
import { cancelDownload, dismissDownload, startDownload, useDownloads, type Download } from "./downloads";

/* The downloads that run or have ended, until they are dismissed. */
export function DownloadTray() {
  const { t } = useTranslation();
  const session = useSession();
  const downloads = useDownloads(session.user_id ?? "");
  if (downloads.length === 0) {
    return null;
  }
  return (
    <Paper component="section" withBorder p="md" aria-labelledby="downloads">
      <Title order={2} size="h4" id="downloads" mb="xs">
        {t("batches.downloads.title")}
      </Title>
      <Stack gap="sm">
        {downloads.map((one) =>
          one.state === "running" || one.state === "resuming" ? (
            <Running key={one.id} download={one} />
          ) : (
            <Ended key={one.id} download={one} />
          ),
        )}
      </Stack>
    </Paper>
  );
}

function Running({ download }: { download: Download }) {
  const { t } = useTranslation();
  const { name, received, total, rate } = download;
  const share = total > 0 ? received / total : 0;
  const seconds = rate > 0 ? Math.ceil((total - received) / rate) : 0;
  return (
    <div>
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" fw={550} role="status">
          {t("batches.downloads.running", { name })}
        </Text>
        <Button
          size="xs"
          variant="default"
          aria-label={t("batches.downloads.cancelOf", { name })}
          onClick={() => cancelDownload(download.id)}
        >
          {t("batches.downloads.cancel")}
        </Button>
      </Group>
      <Progress value={share * 100} aria-label={t("batches.downloads.running", { name })} my={6} />
      <Group justify="space-between">
        <Text size="xs">
          {formatPercent(share)} ·{" "}
          {t("batches.downloads.progress", {
            received: formatBytes(received),
            total: formatBytes(total),
            rate: formatBytes(rate),
          })}
        </Text>
        <Text size="xs">{t("batches.downloads.timeLeft", { seconds: formatNumber(seconds) })}</Text>
      </Group>
      {download.state === "resuming" && (
        <Text size="sm" role="status">
          {t("batches.downloads.resuming")}
        </Text>
      )}
    </div>
  );
}

function Ended({ download }: { download: Download }) {
  const { t } = useTranslation();
  const { name } = download;
  const number = formatNumber(download.batch.count);
  if (download.state === "failed") {
    return (
      <Stack gap="xs">
        <Group justify="space-between" wrap="nowrap">
          <Text size="sm" fw={550}>
            {t("batches.downloads.failed", { name })}
          </Text>
          <Again download={download} />
          <Dismiss download={download} />
        </Group>
        {download.problem && <ProblemNotice problem={download.problem} />}
      </Stack>
    );
  }
  const done = download.state === "done";
  const Icon = done ? IconCircleCheck : IconAlertTriangle;
  return (
    <Alert color={done ? "green" : "gray"} py="xs" icon={<Icon aria-hidden />} role="status">
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">
          {done
            ? t("batches.downloads.done", { name, number, size: formatBytes(download.received) })
            : t("batches.downloads.cancelled", { name })}
        </Text>
        <Group gap="xs" wrap="nowrap">
          {!done && <Again download={download} />}
          <Dismiss download={download} />
        </Group>
      </Group>
    </Alert>
  );
}

function Again({ download }: { download: Download }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const again = () => {
    dismissDownload(download.id);
    void startDownload(download.batch, download.format, download.userId, queries);
  };
  return (
    <Button size="xs" variant="default" onClick={again}>
      {t("batches.downloads.again")}
    </Button>
  );
}

function Dismiss({ download }: { download: Download }) {
  const { t } = useTranslation();
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={t("batches.downloads.dismiss", { name: download.name })}
      onClick={() => dismissDownload(download.id)}
    >
      <IconX size={18} aria-hidden />
    </ActionIcon>
  );
}
