import { Button } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "wouter";

import { api } from "@/api/client";
import { useMay } from "@/api/session";
import { Loaded } from "@/parts/Loaded";
import { Page } from "@/parts/Page";

import { CancelImport } from "./CancelImport";
import { IMPORT_KINDS, isOpen } from "./kinds";
import { JobProgress } from "./JobProgress";
import { RefusedRows } from "./RefusedRows";

const LOOK_AGAIN_MS = 500; // while it goes on and the page is seen

export function Screen() {
  const { t } = useTranslation();
  const may = useMay();
  const { id = "" } = useParams();
  const job = api.useQuery(
    "get",
    "/v1/jobs/{job_id}",
    { params: { path: { job_id: id } } },
    { refetchInterval: (query) => (isOpen(query.state.data) ? LOOK_AGAIN_MS : false) },
  );
  return (
    <Page
      title={job.data ? t(`imports.one.${IMPORT_KINDS[job.data.kind].title}`) : t("imports.title")}
      actions={
        <>
          <Button
            component={Link}
            href="/imports"
            variant="default"
            leftSection={<IconArrowLeft size={18} aria-hidden />}
          >
            {t("imports.one.back")}
          </Button>
          {isOpen(job.data) && may("cancel_jobs") && <CancelImport id={id} />}
        </>
      }
    >
      <Loaded of={job}>
        {(data) => (
          <>
            <JobProgress job={data} lost={job.isError} />
            <RefusedRows job={data} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
