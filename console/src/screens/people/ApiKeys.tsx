import { Badge, Button, Group, Stack, Text } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "@/api/client";
import { useMay } from "@/api/session";
import { DataTable, type Column } from "@/parts/DataTable";
import { formatDateTime } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";
import { Pager } from "@/parts/Pager";
import { useUrlState } from "@/parts/useUrlState";

import { AddKey } from "./AddKey";
import { isExpired, type ApiKey } from "./apiKeys";
import { RevokeKey } from "./RevokeKey";

/* The keys by which programs use the API. */
export function ApiKeys() {
  const { t } = useTranslation();
  const may = useMay();
  const { values, set } = useUrlState(["after"]);
  const [adding, setAdding] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const keys = api.useQuery("get", "/v1/api-keys", { params: { query: values.after ? { after: values.after } : {} } });

  const columns: Column<ApiKey>[] = [
    { title: t("people.keys.name"), cell: (key) => key.name },
    { title: t("people.role"), cell: (key) => t(`common.role.${key.role}`) },
    { title: t("people.keys.prefix"), cell: (key) => <span className="number">{key.prefix}…</span> },
    { title: t("people.keys.created"), cell: (key) => formatDateTime(key.created_at) },
    {
      title: t("people.keys.expires"),
      cell: (key) => (key.expires_at ? formatDateTime(key.expires_at) : t("common.never")),
    },
    { title: t("people.keys.state"), cell: (key) => <KeyState apiKey={key} /> },
  ];
  if (may("manage_people")) {
    columns.push({
      title: t("people.actions"),
      right: true,
      cell: (key) =>
        key.revoked_at === null && (
          <div>
            <Button
              size="xs"
              variant="default"
              aria-label={t("people.keys.revokeNamed", { name: key.name })}
              onClick={() => setRevoking(key)}
            >
              {t("people.keys.revoke")}
            </Button>
          </div>
        ),
    });
  }

  return (
    <Stack>
      <Group justify="space-between" align="flex-end">
        <Text size="sm" c="dimmed">
          {t("people.keys.lead")}
        </Text>
        {may("manage_people") && (
          <Button leftSection={<IconKey size={18} aria-hidden />} onClick={() => setAdding(true)}>
            {t("people.keys.add")}
          </Button>
        )}
      </Group>
      <Loaded of={keys}>
        {(page) => (
          <>
            <DataTable caption={t("people.keys.tab")} columns={columns} rows={page.data} rowKey={(key) => key.id} />
            <Pager after={values.after} next={page.next} onGo={(after) => set({ after })} />
          </>
        )}
      </Loaded>
      {adding && <AddKey onClose={() => setAdding(false)} />}
      {revoking && <RevokeKey apiKey={revoking} onClose={() => setRevoking(null)} />}
    </Stack>
  );
}

function KeyState({ apiKey }: { apiKey: ApiKey }) {
  const { t } = useTranslation();
  const revoked = apiKey.revoked_at !== null;
  const state = revoked ? "revoked" : isExpired(apiKey) ? "expired" : "valid";
  return (
    <div>
      <Badge variant="dot" color={state === "valid" ? "green.8" : "gray.8"}>
        {t(`people.keys.states.${state}`)}
      </Badge>
      {revoked && <Text size="xs">{formatDateTime(apiKey.revoked_at)}</Text>}
    </div>
  );
}
