import { Anchor, Grid } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "wouter";

import { problemOf } from "@/api/problem";
import { Loaded } from "@/parts/Loaded";
import { NotFound } from "@/parts/NotFound";
import { Page } from "@/parts/Page";

import { customerName } from "./customer";
import { CustomerCards } from "./issue/CustomerCards";
import { IssuedCard, type Issued } from "./issue/IssuedCard";
import { IssueForm } from "./issue/IssueForm";
import { LimitsLine } from "./issue/LimitsLine";
import { useIssueReads } from "./issue/useIssueReads";

export function Screen() {
  const { id = "" } = useParams<{ id: string }>();
  return <IssueCard key={id} id={id} />; // nothing of one customer is kept for the next
}

function IssueCard({ id }: { id: string }) {
  const { t } = useTranslation();
  const [issued, setIssued] = useState<Issued | null>(null);
  const reads = useIssueReads(id);

  const lead = reads.data && (
    <>
      <Anchor component={Link} href={`/members/${id}`} fw={600} underline="always">
        {customerName(reads.data.customer)}
      </Anchor>
      <LimitsLine customer={reads.data.customer} settings={reads.data.settings} />
    </>
  );

  if (reads.error && problemOf(reads.error).status === 404) {
    return <NotFound />;
  }
  return (
    <Page title={t("issue.title")} lead={lead}>
      <Loaded of={reads}>
        {({ customer, settings, labels, cards }) => (
          <Grid gap="md">
            <Grid.Col span={{ base: 12, md: 7 }}>
              {issued ? (
                <IssuedCard issued={issued} customer={customer} onAnother={() => setIssued(null)} />
              ) : (
                <IssueForm
                  customer={customer}
                  settings={settings}
                  labels={labels}
                  cards={cards}
                  onIssued={(card, replayed, way) => setIssued({ card, replayed, way })}
                />
              )}
            </Grid.Col>
            <Grid.Col span={{ base: 12, md: 5 }}>
              <CustomerCards customerId={id} cards={cards} />
            </Grid.Col>
          </Grid>
        )}
      </Loaded>
    </Page>
  );
}
