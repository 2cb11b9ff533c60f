import { Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { faultText } from "@/api/problemText";
import { DataTable } from "@/parts/DataTable";
import { formatNumber } from "@/parts/format";
import { isOpen, type Job } from "@/parts/job";
import { Loaded } from "@/parts/Loaded";
import { Pager } from "@/parts/Pager";
import { ProblemNotice } from "@/parts/ProblemNotice";
import { useUrlState } from "@/parts/useUrlState";

import { useErrorsFile } from "./useErrorsFile";

/* The rows that were refused, each with its place in the file and why. */
export function RefusedRows({ job }: { job: Job }) {
  const { t } = useTranslation();
  const file = useErrorsFile(job);
  return (
    <Stack gap="sm" component="section" aria-labelledby="refused-rows">
      <Group justify="space-between" align="flex-end">
        <div>
          <Title order={2} size="h4" id="refused-rows">
            {t("imports.errors.title")}
          </Title>
          <Text size="sm" c="dimmed">
            {t("imports.errors.rowHelp")}
          </Text>
        </div>
        {job.failed > 0 && (
          <div>
            <Button
              variant="default"
              leftSection={<IconDownload size={18} aria-hidden />}
              loading={file.running}
              onClick={() => void file.start()}
            >
              {t("imports.errors.download")}
            </Button>
            <Text size="sm" role="status">
              {file.running && t("imports.errors.downloading", { number: formatNumber(file.count) })}
            </Text>
          </div>
        )}
      </Group>
      {file.problem && <ProblemNotice problem={file.problem} />}
      {job.failed > 0 ? (
        <RefusedTable job={job} />
      ) : (
        <Paper withBorder p="md">
          <Text c="dimmed">{t(isOpen(job) ? "imports.errors.noneYet" : "imports.errors.none")}</Text>
        </Paper>
      )}
    </Stack>
  );
}

const messageOf = ({ code, field, message }: Schemas["JobResult"]): string =>
  faultText({ code: code ?? "", field: field ?? "", message: message ?? "" });

function RefusedTable({ job }: { job: Job }) {
  const { t } = useTranslation();
  const { values, set } = useUrlState(["after"] as const);
  const results = api.useQuery("get", "/v1/jobs/{job_id}/results", {
    params: {
      path: { job_id: job.id },
      query: { failed_only: true, ...(values.after && { after: values.after }) },
    },
  });

  const { refetch } = results;
  useEffect(() => {
    void refetch();
  }, [job.failed, refetch]);

  return (
    <Loaded of={results}>
      {({ data, next }) => (
        <>
          <DataTable
            caption={t("imports.errors.title")}
            columns={[
              { title: t("imports.errors.row"), cell: (row) => formatNumber(row.row), right: true },
              { title: t("imports.errors.field"), cell: (row) => <span className="number">{row.field ?? "–"}</span> },
              { title: t("imports.errors.message"), cell: messageOf },
            ]}
            rows={data}
            rowKey={(row) => String(row.row)}
          />
          <Pager after={values.after} next={next} onGo={(after) => set({ after })} />
        </>
      )}
    </Loaded>
  );
}
