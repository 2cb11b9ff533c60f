import { Paper } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { Facts, type Fact } from "@/parts/Facts";
import { formatDate } from "@/parts/format";

import { CopyText } from "./CopyText";
import { countryName } from "./countries";
import type { Customer } from "./customer";
import { VerificationBadge } from "./VerificationBadge";

const CONTACTS = ["mobile", "email", "external_id"] as const;

export function CustomerFacts({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const { all, active } = customer.card_counts;
  const facts: (Fact | false)[] = [
    ...CONTACTS.map((field) => {
      const value = customer[field];
      return { name: t(`members.field.${field}`), value: value ? <CopyText value={value} /> : t("common.none") };
    }),
    {
      name: t("members.field.verification"),
      value: <VerificationBadge verification={customer.verification} />,
    },
    {
      name: t("members.cards.title"),
      value: `${t("members.cards.count", { count: all })} ${t("members.cards.active", { count: active })}`,
    },
    customer.date_of_birth !== null && {
      name: t("members.field.date_of_birth"),
      value: formatDate(customer.date_of_birth),
    },
    customer.nationality !== null && {
      name: t("members.field.nationality"),
      value: countryName(customer.nationality),
    },
  ];
  return (
    <Paper withBorder p="md">
      <Facts layout="row" facts={facts.filter((fact) => fact !== false)} />
    </Paper>
  );
}
