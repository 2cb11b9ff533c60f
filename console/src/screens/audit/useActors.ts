import { useQuery } from "@tanstack/react-query";

import { client, type Schemas } from "@/api/client";
import { readEveryPage } from "@/api/everyPage";

export interface Actor {
  value: string;
  label: string;
}

/* Everybody and every key that may stand in the trail, for a choice among them. */
export function useActors(enabled: boolean) {
  const users = useQuery<Schemas["User"][]>({
    queryKey: ["every", "/v1/users"],
    queryFn: () => readEveryPage((query) => client.GET("/v1/users", { params: { query } })),
    enabled,
  });
  const keys = useQuery<Schemas["ApiKey"][]>({
    queryKey: ["every", "/v1/api-keys"],
    queryFn: () => readEveryPage((query) => client.GET("/v1/api-keys", { params: { query } })),
    enabled,
  });
  return {
    people: (users.data ?? []).map((user): Actor => ({ value: user.id, label: user.name })),
    keys: (keys.data ?? []).map((key): Actor => ({ value: key.id, label: `${key.name} (${key.prefix}…)` })),
  };
}
