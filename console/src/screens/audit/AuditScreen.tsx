import { Button, Code, Text } from "@mantine/core";
import { IconDownload, IconRefresh } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { api, type Schemas } from "@/api/client";
import { Loaded } from "@/parts/Loaded";
import { Page } from "@/parts/Page";
import { Pager } from "@/parts/Pager";

import { AuditFilters } from "./AuditFilters";
import { AuditTable } from "./AuditTable";
import { ExportNotice } from "./ExportNotice";
import { useAuditFilter } from "./useAuditFilter";
import { useExport } from "./useExport";

// Each look at the trail is recorded in it: none but those that somebody asked for.
const ONLY_WHEN_ASKED = { refetchOnWindowFocus: false, refetchOnReconnect: false };

export function Screen() {
  const { t } = useTranslation();
  const { values, set, filtered, clear, query } = useAuditFilter();
  const exporting = useExport();
  const trail = api.useQuery(
    "get",
    "/v1/audit",
    { params: { query: { ...query, ...(values.after && { after: values.after }) } } },
    ONLY_WHEN_ASKED,
  );
  const start = () => void exporting.start(query);

  return (
    <Page
      title={t("audit.title")}
      lead={t("audit.lead")}
      actions={
        <>
          <Button
            variant="default"
            leftSection={<IconRefresh size={18} aria-hidden />}
            loading={trail.isFetching && !trail.isPending}
            onClick={() => trail.refetch()}
          >
            {t("audit.reload")}
          </Button>
          <Button
            variant="default"
            leftSection={<IconDownload size={18} aria-hidden />}
            disabled={exporting.state.kind === "running"}
            onClick={start}
          >
            {t("audit.export.start")}
          </Button>
        </>
      }
    >
      <ExportNotice state={exporting.state} onCancel={exporting.cancel} onDismiss={exporting.dismiss} onRetry={start} />
      <AuditFilters values={values} set={set} filtered={filtered} onClear={clear} known={actorsOf(trail.data?.data)} />
      <Loaded of={trail}>
        {({ data, next }) => (
          <>
            <AuditTable rows={data} filtered={filtered} set={set} />
            <Pager after={values.after} next={next} onGo={(after) => set({ after })} />
          </>
        )}
      </Loaded>
      <Text size="sm" c="dimmed">
        {t("audit.verify")} <Code style={{ whiteSpace: "nowrap" }}>{VERIFY}</Code>
      </Text>
    </Page>
  );
}

const VERIFY = "cardwright audit verify --data DIR";

const actorsOf = (records: Schemas["AuditRecord"][] = []) =>
  records.flatMap(({ actor_id, actor }) => (actor_id ? [{ value: actor_id, label: actor ?? actor_id }] : []));
