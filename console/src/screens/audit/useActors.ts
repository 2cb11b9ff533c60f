import { client } from "@/api/client";
import { useEvery } from "@/api/everyPage";

export interface Actor {
  value: string;
  label: string;
}

/* Everybody and every key that may stand in the trail, for a choice among them. */
export function useActors(enabled: boolean) {
  const users = useEvery("/v1/users", (query) => client.GET("/v1/users", { params: { query } }), enabled);
  const keys = useEvery("/v1/api-keys", (query) => client.GET("/v1/api-keys", { params: { query } }), enabled);
  return {
    people: (users.data ?? []).map((user): Actor => ({ value: user.id, label: user.name })),
    keys: (keys.data ?? []).map((key): Actor => ({ value: key.id, label: `${key.name} (${key.prefix}…)` })),
  };
}
