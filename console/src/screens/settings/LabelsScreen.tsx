import { Checkbox, SimpleGrid } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useEveryLabel } from "@/api/everyPage";
import { useMay } from "@/api/session";
import { CARD_STATUSES } from "@/parts/CardStatusBadge";
import { Loaded } from "@/parts/Loaded";
import { Page } from "@/parts/Page";
import { useUrlState } from "@/parts/useUrlState";

import { StatusLabels } from "./StatusLabels";

export function Screen() {
  const { t } = useTranslation();
  const may = useMay();
  const labels = useEveryLabel();
  const { values, set } = useUrlState(["retired"]);
  const showsRetired = values.retired === "shown";
  return (
    <Page
      title={t("app.nav.labels")}
      lead={t(may("change_settings") ? "settings.labels.lead" : "settings.labels.leadReadOnly")}
      actions={
        <Checkbox
          label={t("settings.labels.showRetired")}
          checked={showsRetired}
          onChange={(event) => set({ retired: event.currentTarget.checked ? "shown" : "" })}
        />
      }
    >
      <Loaded of={labels}>
        {(rows) => (
          <SimpleGrid cols={{ base: 1, lg: 2 }}>
            {CARD_STATUSES.map((status) => (
              <StatusLabels
                key={status}
                status={status}
                labels={rows.filter((row) => row.status === status)}
                showsRetired={showsRetired}
              />
            ))}
          </SimpleGrid>
        )}
      </Loaded>
    </Page>
  );
}
