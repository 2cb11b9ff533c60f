import { Checkbox, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { COUNTED_STATUSES, type CountedStatus } from "./settingsValues";

interface Props {
  value: CountedStatus[];
  onChange: (value: CountedStatus[]) => void;
  error?: string | undefined;
}

/* Which statuses count as active for the limit of active cards. */
export function CountedStatuses({ value, onChange, error }: Props) {
  const { t } = useTranslation();
  return (
    <Checkbox.Group
      label={t("settings.names.active_statuses")}
      description={t("settings.global.activeStatusesHelp")}
      value={value}
      onChange={(chosen) => onChange(COUNTED_STATUSES.filter((status) => chosen.includes(status)))}
      error={error ?? (value.length === 0 ? t("problems.at.active_statuses.too_short") : undefined)}
    >
      <Stack gap={8} mt="xs" mb={4}>
        {COUNTED_STATUSES.map((status) => (
          <Checkbox
            key={status}
            value={status}
            label={t(`common.cardStatus.${status}`)}
            description={t(`settings.statusMeaning.${status}`)}
          />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}
