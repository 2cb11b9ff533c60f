import { Paper } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { formatDate } from "@/parts/format";

import { CopyText } from "./CopyText";
import { countryName } from "./countries";
import type { Customer } from "./customer";
import { FactGrid, type Fact } from "./FactGrid";
import { VerificationBadge } from "./VerificationBadge";

const CONTACTS = ["mobile", "email", "external_id"] as const;

export function CustomerFacts({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const { all, active } = customer.card_counts;
  const facts: (Fact | false)[] = [
    ...CONTACTS.map((field) => {
      const value = customer[field];
      return { term: t(`members.field.${field}`), value: value ? <CopyText value={value} /> : t("common.none") };
    }),
    {
      term: t("members.field.verification"),
      value: <VerificationBadge verification={customer.verification} />,
    },
    {
      term: t("members.cards.title"),
      value: `${t("members.cards.count", { count: all })} ${t("members.cards.active", { count: active })}`,
    },
    customer.date_of_birth !== null && {
      term: t("members.field.date_of_birth"),
      value: formatDate(customer.date_of_birth),
    },
    customer.nationality !== null && {
      term: t("members.field.nationality"),
      value: countryName(customer.nationality),
    },
  ];
  return (
    <Paper withBorder p="md">
      <FactGrid flowing facts={facts.filter((fact) => fact !== false)} />
    </Paper>
  );
}
