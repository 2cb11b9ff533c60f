import { Alert, Button, Group, Paper, Progress, SimpleGrid, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay } from "@/api/session";
import { Facts } from "@/parts/Facts";
import { formatDateTime, formatNumber, formatPercent } from "@/parts/format";
import { isOpen, type Job } from "@/parts/job";
import { timeLeftText } from "@/parts/timeLeft";

import { StateBadge } from "./StateBadge";

/* How far an import is, how fast, how long it will take; at the end, what came of it. `lost`: the last look failed. */
export function JobProgress({ job, lost }: { job: Job; lost: boolean }) {
  const { t } = useTranslation();
  const share = job.total > 0 ? job.done / job.total : 0;
  const open = isOpen(job);
  const rate =
    job.rate === null ? "–" : t("imports.list.rowsPerSecond", { count: job.rate, number: formatNumber(job.rate) });
  const left = job.seconds_left === null ? t("imports.one.leftUnknown") : timeLeftText(job.seconds_left);
  return (
    <Paper withBorder p="md">
      <Stack gap="sm">
        {lost && open && (
          <Alert color="yellow" role="status">
            {t("common.reconnecting")}
          </Alert>
        )}
        <Group justify="space-between">
          <StateBadge state={job.state} />
          <Text size="sm">
            {t("imports.one.progressOf", {
              done: formatNumber(job.done),
              total: formatNumber(job.total),
              share: formatPercent(Math.floor(share * 1000) / 1000),
            })}
          </Text>
        </Group>
        <Progress value={share * 100} size="lg" aria-label={t("imports.one.progress")} />
        {open && <Text size="sm">{t(job.state === "queued" ? "imports.one.queued" : "imports.one.leave")}</Text>}
        <div role="status">{!open && <Outcome job={job} />}</div>
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl" verticalSpacing={0}>
          <Facts
            facts={[
              { name: t("imports.one.ok"), value: formatNumber(job.done - job.failed) },
              { name: t("imports.one.failed"), value: formatNumber(job.failed) },
              { name: t("imports.one.rate"), value: rate },
            ]}
          />
          <Facts
            facts={[
              { name: t("imports.one.by"), value: job.created_by ?? t("common.none") },
              { name: t("imports.one.created"), value: formatDateTime(job.created_at) },
              open
                ? { name: t("imports.one.left"), value: left }
                : { name: t("imports.one.finished"), value: formatDateTime(job.finished_at) },
            ]}
          />
        </SimpleGrid>
      </Stack>
    </Paper>
  );
}

function Outcome({ job }: { job: Job }) {
  const { t } = useTranslation();
  const may = useMay();
  const done = formatNumber(job.done);
  const total = formatNumber(job.total);
  if (job.state === "cancelled") {
    return <Alert color="gray">{t("imports.one.cancelled", { done, total })}</Alert>;
  }
  if (job.state === "failed") {
    return <Alert color="red">{t("imports.one.failedEnd", { done, total })}</Alert>;
  }
  const refused = { count: job.failed, number: formatNumber(job.failed), ok: formatNumber(job.done - job.failed) };
  return (
    <Alert color={job.failed > 0 ? "yellow" : "green"}>
      <Group gap="sm" justify="space-between">
        <Text size="sm">
          {job.failed > 0
            ? t("imports.one.doneSome", refused)
            : t("imports.one.doneAll", { count: job.done, number: done })}
        </Text>
        {job.kind === "import_customers" && may("read_customers") && (
          <Button component={Link} href="/members" size="xs" variant="default">
            {t("imports.one.toMembers")}
          </Button>
        )}
      </Group>
    </Alert>
  );
}
