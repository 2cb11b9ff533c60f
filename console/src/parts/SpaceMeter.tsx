import { Group, Progress, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { formatNumber, formatPercent } from "./format";
import { isNearlyFull } from "./numberSpace";

interface Props {
  space: { total: string; drawn: string }; // integers past 2^53
  adding?: number; // numbers that are about to be drawn, shown as a part of their own
  says?: "used" | "left"; // what is said of it
}

const share = (part: bigint, total: bigint): number => (total > 0n ? Number((part * 100_000n) / total) / 100_000 : 0);

/* How much of a series' number space is used, in numbers and as a bar; it warns from nine tenths on. */
export function SpaceMeter({ space, adding = 0, says = "used" }: Props) {
  const { t } = useTranslation();
  const total = BigInt(space.total);
  const before = BigInt(space.drawn);
  const used = before + BigInt(adding);
  const full = used >= total;
  const nearlyFull = isNearlyFull(total, used);
  const ofAll = share(used, total);
  const [drawn, added] = [share(before, total) * 100, share(BigInt(adding), total) * 100];
  return (
    <div>
      <Progress.Root size="sm" aria-hidden>
        <Progress.Section withAria={false} value={drawn} color={nearlyFull ? "orange.8" : "indigo.7"} />
        <Progress.Section withAria={false} value={added} color={nearlyFull ? "red.7" : "teal.7"} />
      </Progress.Root>
      <Text size="xs" mt={4}>
        {t(`common.space.${says}`, {
          drawn: formatNumber(used),
          left: formatNumber(total > used ? total - used : 0n),
          total: formatNumber(total),
          share: used > 0n && ofAll < 0.001 ? t("common.space.tiny") : formatPercent(ofAll),
        })}
      </Text>
      {nearlyFull && (
        <Group gap={4} wrap="nowrap">
          <IconAlertTriangle size={14} aria-hidden />
          <Text size="xs" fw={600}>
            {t(full ? "common.space.full" : "common.space.nearlyFull")}
          </Text>
        </Group>
      )}
    </div>
  );
}
