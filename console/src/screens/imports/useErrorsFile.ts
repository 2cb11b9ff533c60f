import { useState } from "react";
import { useTranslation } from "react-i18next";

import { client } from "@/api/client";
import { problemOf, type Problem } from "@/api/problem";
import { countRecords, withoutHeader } from "@/parts/csvText";
import type { Job } from "@/parts/job";
import { saveFile } from "@/parts/saveFile";

async function readPart(jobId: string, afterRow: number): Promise<string> {
  const reply = await client.GET("/v1/jobs/{job_id}/results.csv", {
    params: { path: { job_id: jobId }, query: { after_row: afterRow } },
    parseAs: "text",
  });
  if (reply.data === undefined) {
    throw problemOf(reply.error);
  }
  return reply.data;
}

/* The row that the last line begins with. */
const lastRowOf = (text: string): number => Number(text.slice(text.trimEnd().lastIndexOf("\n") + 1).split(",", 1)[0]);

/* The refused rows as a file; a reply holds 10,000 of them, so that it may take several. */
export function useErrorsFile(job: Job) {
  const { t } = useTranslation();
  const [running, setRunning] = useState(false);
  const [count, setCount] = useState(0);
  const [problem, setProblem] = useState<Problem | null>(null);

  const start = async () => {
    setRunning(true);
    setProblem(null);
    setCount(0);
    try {
      const parts: string[] = [];
      let got = 0;
      let afterRow = 0;
      for (let fresh = 1; fresh > 0 && got < job.failed;) {
        const text = await readPart(job.id, afterRow);
        fresh = countRecords(text);
        got += fresh;
        afterRow = fresh > 0 ? lastRowOf(text) : afterRow;
        parts.push(parts.length > 0 ? withoutHeader(text) : text);
        setCount(got);
      }
      saveFile(t("imports.errors.fileName"), new Blob(parts, { type: "text/csv" }));
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setRunning(false);
    }
  };
  return { running, count, problem, start };
}
