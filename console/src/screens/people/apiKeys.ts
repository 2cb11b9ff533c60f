import { client, type Schemas } from "@/api/client";
import { useSubmit } from "@/api/submit";

export type ApiKey = Schemas["ApiKey"];

const KEYS = "/v1/api-keys";

export const isExpired = (key: ApiKey): boolean => key.expires_at !== null && Date.parse(key.expires_at) <= Date.now();

export const useAddKey = () =>
  useSubmit((body: Schemas["ApiKeyInput"], headers) => client.POST(KEYS, { body, headers }), [KEYS]);

export const useRevokeKey = (key: ApiKey) =>
  useSubmit(
    (_: null, headers) => client.DELETE(`${KEYS}/{key_id}`, { params: { path: { key_id: key.id } }, headers }),
    [KEYS],
  );
