import { useRef, useState } from "react";

import { useSubmit } from "@/api/submit";
import { upload } from "@/api/upload";
import type { Job } from "@/parts/job";

import { IMPORT_KINDS, type Kind } from "./kinds";

/* Sends a file of this kind; `sent` is the part of it that is on its way, 0 to 1. */
export function useImport(kind: Kind) {
  const [sent, setSent] = useState(0);
  const chosen = useRef<File | null>(null);
  const controller = useRef(new AbortController());

  // What tells one file from another is the input: with it goes the key under which nothing is done twice.
  const submit = useSubmit<{ name: string; size: number; changed: number }, Job>(
    ({ size }, headers) => {
      if (chosen.current === null) {
        throw new Error("no file was chosen");
      }
      return upload<Job>({
        path: IMPORT_KINDS[kind].path,
        file: chosen.current,
        type: "text/csv",
        headers,
        signal: controller.current.signal,
        onProgress: (bytes) => setSent(bytes / size),
      });
    },
    ["/v1/jobs"],
  );

  const send = (file: File) => {
    chosen.current = file;
    controller.current = new AbortController();
    setSent(0);
    return submit.submit({ name: file.name, size: file.size, changed: file.lastModified });
  };
  return { submit, send, sent, stop: () => controller.current.abort() };
}
