import { Group, Text, Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { CardStatus } from "@/parts/CardStatusBadge";
import { formatNumber, formatPercent } from "@/parts/format";

import type { SeriesReport } from "./report";
import classes from "./StatusBar.module.css";

interface Props {
  counts: SeriesReport["counts"];
  statuses: CardStatus[];
  full: number; // how many cards make a bar of the whole width
}

/* The cards of one series as one bar, a part for each status, and the same in words under it. */
export function StatusBar({ counts, statuses, full }: Props) {
  const { t } = useTranslation();
  const shown = statuses.filter((status) => counts[status] > 0);
  const total = shown.reduce((sum, status) => sum + counts[status], 0);
  if (total === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t("overview.cards.none")}
      </Text>
    );
  }
  return (
    <div>
      <div className={classes.bar} style={{ width: `${(100 * total) / full}%` }} aria-hidden>
        {shown.map((status) => (
          <Tooltip
            key={status}
            label={t("overview.cards.tooltip", {
              status: t(`common.cardStatus.${status}`),
              number: formatNumber(counts[status]),
              share: formatPercent(counts[status] / total),
            })}
          >
            <div className={`${classes.part} ${classes[status]}`} style={{ flexGrow: counts[status], flexBasis: 0 }} />
          </Tooltip>
        ))}
      </div>
      <StatusValues counts={counts} statuses={shown} />
    </div>
  );
}

/* "Active 120, Suspended 3", each with its colour and pattern: also the legend of the bars. */
export function StatusValues({ counts, statuses }: Omit<Props, "full">) {
  const { t } = useTranslation();
  return (
    <Group gap="4px 12px" mt={4} component="ul" style={{ listStyle: "none", padding: 0, margin: 0 }}>
      {statuses.map((status) => (
        <Text key={status} component="li" size="xs" className={classes.value}>
          <span className={`${classes.swatch} ${classes[status]}`} aria-hidden />
          {t("overview.cards.value", {
            status: t(`common.cardStatus.${status}`),
            number: formatNumber(counts[status]),
          })}
        </Text>
      ))}
    </Group>
  );
}
