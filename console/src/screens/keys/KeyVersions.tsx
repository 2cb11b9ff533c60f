import { Anchor, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { api } from "@/api/client";
import { DataTable } from "@/parts/DataTable";
import { formatDateTime } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";
import { Section } from "@/parts/Section";

import { CheckValue } from "./CheckValue";
import { stateSince, type Key } from "./key";
import { KeyStateBadge } from "./KeyStateBadge";
import { TestMark } from "./TestMark";
import { lookAgain } from "./useKeys";

const VERSIONS_MAX = 99; // of one name

/* The versions of the key's name, newest first. */
export function KeyVersions({ of: key }: { of: Key }) {
  const { t } = useTranslation();
  const versions = api.useQuery(
    "get",
    "/v1/keys",
    { params: { query: { name: key.name, limit: VERSIONS_MAX } } },
    { refetchInterval: ({ state }) => lookAgain(state.data?.data) },
  );
  return (
    <Section title={t("keys.one.versions")}>
      <Loaded of={versions}>
        {({ data }) => (
          <DataTable
            caption={t("keys.one.versions")}
            columns={[
              { title: t("keys.one.version"), cell: (row) => <Version of={row} current={row.id === key.id} /> },
              { title: t("keys.column.state"), cell: (row) => <KeyStateBadge state={row.state} /> },
              {
                title: t("keys.column.since"),
                cell: (row) => t(`keys.since.${row.state}`, { at: formatDateTime(stateSince(row)) }),
              },
              { title: t("keys.column.checkValue"), cell: (row) => <CheckValue value={row.check_value} /> },
            ]}
            rows={data}
            rowKey={(row) => row.id}
          />
        )}
      </Loaded>
    </Section>
  );
}

function Version({ of: key, current }: { of: Key; current: boolean }) {
  const { t } = useTranslation();
  const text = t("keys.version", { version: key.version });
  return (
    <Group gap="xs">
      {current ? (
        <Text size="sm" fw={550}>
          {text} {t("keys.one.thisOne")}
        </Text>
      ) : (
        <Anchor component={Link} href={`/keys/${key.id}`} size="sm">
          {text}
        </Anchor>
      )}
      {key.test && <TestMark />}
    </Group>
  );
}
