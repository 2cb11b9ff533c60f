/* What the program does in the background: imports, and rotations of keys. */
import type { Schemas } from "@/api/client";

export type Job = Schemas["Job"];

export const JOB_LOOK_AGAIN_MS = 500; // while it goes on and the page is seen

export const isOpen = (job: Job | undefined): boolean => job?.state === "queued" || job?.state === "running";
