import { Alert, Group, Paper, Progress, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { Facts } from "./Facts";
import { formatDateTime, formatNumber, formatPercent } from "./format";
import { isOpen, type Job } from "./job";
import { timeLeftText } from "./timeLeft";

/* How far the rewriting for a new version of a key is; at the end, what came of it. `lost`: the last look failed. */
export function RotationProgress({ job, lost }: { job: Job; lost: boolean }) {
  const { t } = useTranslation();
  const facts = [
    { name: t("keys.rotation.by"), value: job.created_by ?? t("common.none") },
    { name: t("keys.rotation.created"), value: formatDateTime(job.created_at) },
    ...(job.finished_at ? [{ name: t("keys.rotation.finished"), value: formatDateTime(job.finished_at) }] : []),
  ];
  return (
    <Paper withBorder p="md">
      <Stack gap="sm">
        {lost && isOpen(job) && (
          <Alert color="yellow" role="status">
            {t("common.reconnecting")}
          </Alert>
        )}
        <RotationBar job={job} />
        <Text component="div" size="sm">
          <Facts layout="row" facts={facts} />
        </Text>
      </Stack>
    </Paper>
  );
}

/* The same without a frame, for a line of a list. */
export function RotationBar({ job }: { job: Job }) {
  const { t } = useTranslation();
  const share = job.total > 0 ? Math.min(job.done / job.total, 1) : 0;
  const numbers = {
    done: formatNumber(job.done),
    total: formatNumber(job.total),
    share: formatPercent(Math.floor(share * 1000) / 1000),
  };
  const open = isOpen(job);
  return (
    <div>
      {open && (
        <>
          <Group justify="space-between" gap="xs" mb={4}>
            <Text size="sm">{t(job.state === "queued" ? "keys.rotation.queued" : "keys.rotation.running")}</Text>
            {job.total > 0 && (
              <Text size="sm">
                {job.seconds_left === null
                  ? t("keys.rotation.progressOf", numbers)
                  : t("keys.rotation.progressLeft", { ...numbers, left: timeLeftText(job.seconds_left) })}
              </Text>
            )}
          </Group>
          <Progress value={share * 100} size="lg" aria-label={t("keys.rotation.progress")} />
        </>
      )}
      <div role="status">{!open && <Outcome job={job} />}</div>
    </div>
  );
}

function Outcome({ job }: { job: Job }) {
  const { t } = useTranslation();
  if (job.state !== "done") {
    const told = { done: formatNumber(job.done), total: formatNumber(job.total) };
    return <Alert color="red">{t("keys.rotation.given_up", told)}</Alert>;
  }
  if (job.failed > 0) {
    return (
      <Alert color="red">{t("keys.rotation.doneSome", { count: job.failed, number: formatNumber(job.failed) })}</Alert>
    );
  }
  return <Alert color="green">{t("keys.rotation.done", { count: job.done, number: formatNumber(job.done) })}</Alert>;
}
