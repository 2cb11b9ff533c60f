import { Button } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "wouter";

import { api } from "@/api/client";
import { useMay } from "@/api/session";
import { isOpen, JOB_LOOK_AGAIN_MS } from "@/parts/job";
import { Loaded } from "@/parts/Loaded";
import { Page } from "@/parts/Page";
import { RotationProgress } from "@/parts/RotationProgress";

import { CancelImport } from "./CancelImport";
import { isImport } from "./kinds";
import { JobProgress } from "./JobProgress";
import { RefusedRows } from "./RefusedRows";

export function Screen() {
  const { t } = useTranslation();
  const may = useMay();
  const { id = "" } = useParams();
  const job = api.useQuery(
    "get",
    "/v1/jobs/{job_id}",
    { params: { path: { job_id: id } } },
    { refetchInterval: (query) => (isOpen(query.state.data) ? JOB_LOOK_AGAIN_MS : false) },
  );
  const isRotation = job.data?.kind === "rotate_key";
  return (
    <Page
      title={job.data ? t(`imports.one.title.${job.data.kind}`) : t("imports.title")}
      actions={
        <>
          {(!isRotation || may("read_keys")) && (
            <Button
              component={Link}
              href={isRotation ? "/keys" : "/imports"}
              variant="default"
              leftSection={<IconArrowLeft size={18} aria-hidden />}
            >
              {t(isRotation ? "keys.one.back" : "imports.one.back")}
            </Button>
          )}
          {isOpen(job.data) && !isRotation && may("cancel_jobs") && <CancelImport id={id} />}
        </>
      }
    >
      <Loaded of={job}>
        {(data) =>
          isImport(data) ? (
            <>
              <JobProgress job={data} lost={job.isError} />
              <RefusedRows job={data} />
            </>
          ) : (
            <RotationProgress job={data} lost={job.isError} />
          )
        }
      </Loaded>
    </Page>
  );
}
