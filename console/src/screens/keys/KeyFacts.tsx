import { Anchor, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { useMay } from "@/api/session";
import { Facts, type Fact } from "@/parts/Facts";
import { formatSecond } from "@/parts/format";
import { Section } from "@/parts/Section";

import { CheckValue } from "./CheckValue";
import { isHouse, type Key } from "./key";
import { KeyStateBadge } from "./KeyStateBadge";

const METHODS = ["tdes_ecb", "aes_ecb", "aes_cmac"] as const;

/* What a key is: its check value, what it is for, and what it may do. */
export function KeyNature({ of: key }: { of: Key }) {
  const { t } = useTranslation();
  const coded = (words: string | null, code: string | null) =>
    code === null ? t("common.none") : words === null ? code : t("keys.one.coded", { words, code });
  const method = METHODS.find((one) => one === key.check_method) ?? "house";
  return (
    <Section title={t("keys.one.what")}>
      <div>
        <Text size="sm" c="dimmed">
          {t("keys.column.checkValue")}
        </Text>
        <CheckValue value={key.check_value} size="xl" />
        <Text size="sm" c="dimmed">
          {t("keys.one.compare")}
        </Text>
      </div>
      <Facts
        facts={[
          { name: t("keys.one.use"), value: t(isHouse(key) ? "keys.one.uses.house" : "keys.one.uses.payment") },
          ...(isHouse(key) ? [{ name: t("keys.column.does"), value: t(`keys.house.${key.use}`) }] : []),
          ...seriesFact(key, t("keys.one.series")),
          { name: t("keys.one.usage"), value: coded(key.usage_name, key.usage) },
          { name: t("keys.one.algorithm"), value: coded(key.algorithm_name, key.algorithm) },
          { name: t("keys.one.mode"), value: coded(key.mode_name, key.mode) },
          { name: t("keys.one.exportable"), value: coded(t(mayLeave(key) ? "common.yes" : "common.no"), key.exportability) },
          { name: t("keys.one.checkMethod"), value: t(`keys.one.methods.${method}`) },
          { name: t("keys.one.id"), value: <span className="number">{key.id}</span> },
        ]}
      />
    </Section>
  );
}

const mayLeave = (key: Key): boolean => key.exportability !== null && key.exportability !== "N";

const seriesFact = ({ series_id }: Key, name: string): Fact[] =>
  series_id === null ? [] : [{ name, value: <SeriesLink id={series_id} /> }];

function SeriesLink({ id }: { id: string }) {
  return useMay()("read_series") ? (
    <Anchor component={Link} href={`/series/${id}`} size="sm" className="number">
      {id}
    </Anchor>
  ) : (
    <span className="number">{id}</span>
  );
}

/* From its making to its end, with who made it. */
export function KeyLife({ of: key }: { of: Key }) {
  const { t } = useTranslation();
  const time = (name: string, at: string | null): Fact[] => (at === null ? [] : [{ name, value: formatSecond(at) }]);
  return (
    <Section title={t("keys.one.life")}>
      <KeyStateBadge state={key.state} />
      <Facts
        facts={[
          { name: t("keys.one.origin"), value: t(`keys.one.origins.${key.imported ? "elsewhere" : "here"}`) },
          ...time(t(key.imported ? "keys.one.imported" : "keys.one.created"), key.created_at),
          { name: t("keys.one.by"), value: key.created_by ?? t("keys.since.program") },
          ...time(t(key.state === "waiting" ? "keys.one.activates" : "keys.one.activated"), key.activated_at),
          ...time(t("keys.one.retired"), key.retired_at),
          ...time(t("keys.one.destroyed"), key.destroyed_at),
        ]}
      />
    </Section>
  );
}
