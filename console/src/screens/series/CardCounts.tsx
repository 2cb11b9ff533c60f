import { SimpleGrid, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useEverySeriesReport } from "@/api/everyPage";
import { CARD_STATUSES } from "@/parts/CardStatusBadge";
import { formatNumber } from "@/parts/format";
import { Section } from "@/parts/Section";

import classes from "./CardCounts.module.css";

/* How many cards of the series there are by status; nothing as long as that is not known. */
export function CardCounts({ seriesId }: { seriesId: string }) {
  const { t } = useTranslation();
  const report = useEverySeriesReport();
  const row = report.data?.find((one) => one.series_id === seriesId);
  if (row === undefined) {
    return null;
  }
  const counts = [
    { name: t("series.one.issued"), count: row.issued },
    ...CARD_STATUSES.map((status) => ({ name: t(`common.cardStatus.${status}`), count: row.counts[status] })),
  ];
  return (
    <Section title={t("series.one.cards")}>
      <SimpleGrid component="dl" cols={{ base: 2, xs: 4, lg: 8 }} spacing="xs" m={0}>
        {counts.map(({ name, count }) => (
          <div key={name} className={classes.count}>
            <dt>{name}</dt>
            <Text component="dd" m={0} fw={600}>
              {formatNumber(count)}
            </Text>
          </div>
        ))}
      </SimpleGrid>
    </Section>
  );
}
