import { Alert, Button, SimpleGrid, Text } from "@mantine/core";
import { IconAlertTriangle, IconArrowLeft, IconListDetails } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "wouter";

import { api } from "@/api/client";
import { useMay } from "@/api/session";
import { Loaded } from "@/parts/Loaded";
import { Page } from "@/parts/Page";
import { RotationProgress } from "@/parts/RotationProgress";
import { Section } from "@/parts/Section";

import { Commands } from "./Commands";
import { commandsFor } from "./commandsFor";
import type { Key } from "./key";
import { KeyLife, KeyNature } from "./KeyFacts";
import { KeyVersions } from "./KeyVersions";
import { lookAgain, useRotations } from "./useKeys";

export function Screen() {
  const { t } = useTranslation();
  const may = useMay();
  const { id = "" } = useParams();
  const key = api.useQuery(
    "get",
    "/v1/keys/{ckey_id}",
    { params: { path: { ckey_id: id } } },
    { refetchInterval: ({ state }) => lookAgain(state.data && [state.data]) },
  );
  return (
    <Page
      title={key.data ? t("keys.one.title", key.data) : t("keys.title")}
      actions={
        <>
          <Button component={Link} href="/keys" variant="default" leftSection={<IconArrowLeft size={18} aria-hidden />}>
            {t("keys.one.back")}
          </Button>
          {may("read_audit") && (
            <Button
              component={Link}
              href={`/audit?subject=${id}`}
              variant="default"
              leftSection={<IconListDetails size={18} aria-hidden />}
            >
              {t("keys.one.audit")}
            </Button>
          )}
        </>
      }
    >
      <Loaded of={key}>{(data) => <Known of={data} lost={key.isError} />}</Loaded>
    </Page>
  );
}

function Known({ of: key, lost }: { of: Key; lost: boolean }) {
  const { t } = useTranslation();
  const job = useRotations([key]).get(key.job_id ?? "");
  const commands = commandsFor(key, job);
  return (
    <>
      {key.test && (
        <Alert color="red" role="note" icon={<IconAlertTriangle aria-hidden />} title={t("keys.test")}>
          {t("keys.one.testHelp")}
        </Alert>
      )}
      {job && <RotationProgress job={job} lost={lost} />}
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <KeyNature of={key} />
        <KeyLife of={key} />
      </SimpleGrid>
      {key.use !== "numbering" && <KeyVersions of={key} />}
      <Section title={t("keys.one.commands")} lead={t("keys.how.title")}>
        {commands.length > 0 ? (
          <Commands commands={commands} />
        ) : (
          <Text size="sm">{t(key.use === "numbering" ? "keys.section.numberingHelp" : "keys.commands.none")}</Text>
        )}
      </Section>
    </>
  );
}
