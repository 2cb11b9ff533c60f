import { useQueries, useQuery } from "@tanstack/react-query";

import { api, client } from "@/api/client";
import { readEveryPage } from "@/api/everyPage";
import { isOpen, JOB_LOOK_AGAIN_MS, type Job } from "@/parts/job";

import { HOUSE_USES, type Key, type KeyState } from "./key";

const KEYS = "/v1/keys";
const LOOK_AGAIN_MS = 10_000; // somebody may be changing keys at the machine
const WAITING_MS = 1000; // while a version is about to become active

/* For refetchInterval. */
export const lookAgain = (keys: Key[] | undefined): number =>
  keys?.some((key) => key.state === "waiting") ? WAITING_MS : LOOK_AGAIN_MS;

const readUse = (use: Key["use"]) =>
  readEveryPage((query) => client.GET(KEYS, { params: { query: { ...query, use } } }));

/* Cardwright's own keys but those of the series, newest versions first. */
export const useHouseKeys = () =>
  useQuery<Key[]>({
    queryKey: ["every", `${KEYS}?house`],
    queryFn: async () => (await Promise.all(HOUSE_USES.map(readUse))).flat(),
    refetchInterval: ({ state }) => lookAgain(state.data),
  });

export const useNumberingCount = () =>
  useQuery<number>({
    queryKey: ["every", `${KEYS}?numbering`],
    queryFn: async () => (await readUse("numbering")).length,
  });

/* A page of the keys of one use. */
export const useKeyPage = (use: "payment" | "numbering", state: KeyState | undefined, after: string) =>
  api.useQuery(
    "get",
    KEYS,
    { params: { query: { use, ...(state && { state }), ...(after && { after }) } } },
    { refetchInterval: (query) => lookAgain(query.state.data?.data) },
  );

/* The jobs of rotations that bring data to these keys, by their ids: of keys that are in use, or will be. */
export function useRotations(keys: Key[]): Map<string, Job> {
  const ids = keys.flatMap(({ job_id, state }) =>
    job_id !== null && (state === "active" || state === "waiting") ? [job_id] : [],
  );
  const found = useQueries({
    queries: ids.map((job_id) =>
      api.queryOptions(
        "get",
        "/v1/jobs/{job_id}",
        { params: { path: { job_id } } },
        { refetchInterval: (query) => (isOpen(query.state.data) ? JOB_LOOK_AGAIN_MS : false) },
      ),
    ),
  });
  return new Map(found.flatMap(({ data }) => (data ? [[data.id, data] as const] : [])));
}
