import { Paper, Text, VisuallyHidden } from "@mantine/core";
import { IconId, IconMail, IconPhone, type Icon } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { customerName, type Customer } from "./customer";
import classes from "./CustomerList.module.css";
import { VerificationBadge } from "./VerificationBadge";

interface Props {
  label: string;
  customers: Customer[];
  onOpen?: () => void; // just before a customer is opened
}

/* Customers as links, a line each; arrow keys are the business of what is around. */
export function CustomerList({ label, customers, onOpen }: Props) {
  return (
    <Paper withBorder component="ul" aria-label={label} className={classes.list}>
      {customers.map((customer) => (
        <li key={customer.id}>
          <Link href={`/members/${customer.id}`} className={classes.row} data-row onClick={onOpen}>
            <Row customer={customer} />
          </Link>
        </li>
      ))}
    </Paper>
  );
}

function Row({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const { all, active } = customer.card_counts;
  return (
    <>
      <span className={classes.name}>
        <Text component="span" fw={600}>
          {customerName(customer)}
        </Text>
        {customer.verification !== "verified" && <VerificationBadge verification={customer.verification} />}
      </span>
      <Contact icon={IconPhone} label={t("members.field.mobile")} value={customer.mobile} />
      <Contact icon={IconMail} label={t("members.field.email")} value={customer.email} />
      <Contact icon={IconId} label={t("members.field.external_id")} value={customer.external_id} />
      <span className={classes.cards}>
        {all === 0 ? t("members.cards.none") : t("members.cards.count", { count: all })}
        {all > 0 && (
          <Text component="span" size="sm" c="dimmed">
            {` ${t("members.cards.active", { count: active })}`}
          </Text>
        )}
      </span>
    </>
  );
}

function Contact({ icon: Icon, label, value }: { icon: Icon; label: string; value: string | null }) {
  return (
    <span className={classes.contact} data-empty={value === null || undefined}>
      {value !== null && (
        <>
          <Icon size={16} stroke={1.6} aria-hidden className={classes.icon} />
          <VisuallyHidden>{`${label} `}</VisuallyHidden>
          <span>{value}</span>
        </>
      )}
    </span>
  );
}
