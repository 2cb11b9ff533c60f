import { Anchor, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";

import { client } from "@/api/client";
import { problemOf } from "@/api/problem";
import { problemText } from "@/api/problemText";
import { useMay } from "@/api/session";
import { tellTrouble } from "@/parts/tell";

import classes from "./SubjectLink.module.css";

// By the first part of an id: where the thing is shown, and what one must be allowed to see it.
const PLACES: Record<string, { permission: string; href: (id: string) => string }> = {
  batch: { permission: "read_batches", href: () => "/batches" },
  ckey: { permission: "read_keys", href: (id) => `/keys/${id}` },
  cus: { permission: "read_customers", href: (id) => `/members/${id}` },
  job: { permission: "read_jobs", href: (id) => `/imports/${id}` },
  key: { permission: "read_people", href: () => "/people" },
  label: { permission: "read_settings", href: () => "/labels" },
  series: { permission: "read_series", href: (id) => `/series/${id}` },
  source: { permission: "read_settings", href: () => "/issual" },
  user: { permission: "read_people", href: () => "/people" },
};

/* An id, as a link where there is a page for it. */
export function SubjectLink({ id }: { id: string }) {
  const may = useMay();
  const prefix = id.slice(0, id.lastIndexOf("_"));
  const place = PLACES[prefix];
  if (prefix === "card" && may("read_cards") && may("read_customers")) {
    return <CardLink id={id} />;
  }
  return place && may(place.permission) ? (
    <Anchor component={Link} href={place.href(id)} size="xs" className={`number ${classes.id}`}>
      {id}
    </Anchor>
  ) : (
    <Text span size="xs" className={`number ${classes.id}`}>
      {id}
    </Text>
  );
}

/* A card is shown on the page of the customer who has it now. */
function CardLink({ id }: { id: string }) {
  const { t } = useTranslation();
  const [, navigate] = useLocation();
  const [asking, setAsking] = useState(false);

  const open = async () => {
    setAsking(true);
    try {
      const reply = await client.GET("/v1/cards/{card_id}", { params: { path: { card_id: id } } });
      if (!reply.data) {
        tellTrouble(problemText(problemOf(reply.error)));
      } else if (reply.data.customer_id === null) {
        tellTrouble(t("audit.details.noCustomer"));
      } else {
        navigate(`/members/${reply.data.customer_id}?card=${id}`);
      }
    } catch (error) {
      tellTrouble(problemText(problemOf(error)));
    } finally {
      setAsking(false);
    }
  };
  return (
    <Anchor
      component="button"
      type="button"
      size="xs"
      ta="start"
      className={`number ${classes.id}`}
      onClick={open}
      aria-busy={asking}
    >
      {id}
    </Anchor>
  );
}
