import { Alert, Anchor, Group, Stack, Text, Title } from "@mantine/core";
import { useId, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { FilterSelect } from "@/parts/FilterSelect";
import { formatNumber } from "@/parts/format";
import { Loaded } from "@/parts/Loaded";
import { Page } from "@/parts/Page";
import { Pager } from "@/parts/Pager";
import { useUrlState } from "@/parts/useUrlState";

import { CommandLine } from "./Commands";
import { KINDS, STATES, type KeyKind, type KeyState } from "./key";
import { KeyTable } from "./KeyTable";
import { useHouseKeys, useKeyPage, useNumberingCount } from "./useKeys";

const GENERATE = "cardwright keys generate NAME --usage C0 --algorithm T --data DIR";
const WIDTH = { base: "100%", xs: 220 };

export function Screen() {
  const { t } = useTranslation();
  const { values, set } = useUrlState(["use", "state", "after"] as const);
  const kind = KINDS.find((one) => one === values.use);
  const state = STATES.find((one) => one === values.state);
  const shows = (one: KeyKind) => kind === one || (kind === undefined && one !== "numbering");
  const page = { state, after: values.after, onGo: (after: string) => set({ after }) };

  return (
    <Page title={t("keys.title")} lead={t("keys.lead")}>
      <Alert role="note" color="indigo" title={t("keys.how.title")}>
        {t("keys.how.help")}
      </Alert>
      <Group role="search" aria-label={t("common.filters.label")} gap="sm">
        <FilterSelect
          label={t("keys.filter.use")}
          data={KINDS.map((value) => ({ value, label: t(`keys.filter.uses.${value}`) }))}
          value={kind ?? ""}
          onChange={(use) => set({ use })}
          w={WIDTH}
        />
        <FilterSelect
          label={t("keys.filter.state")}
          data={STATES.map((value) => ({ value, label: t(`keys.state.${value}`) }))}
          value={state ?? ""}
          onChange={(next) => set({ state: next })}
          w={WIDTH}
        />
      </Group>
      {shows("house") && <House state={state} onNumbering={() => set({ use: "numbering" })} />}
      {shows("payment") && <Paged use="payment" {...page} />}
      {shows("numbering") && <Paged use="numbering" {...page} />}
    </Page>
  );
}

/* Its heading, and no frame around the table's own: the width is needed. */
function KeySection({ of: kind, children }: { of: KeyKind; children: ReactNode }) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <Stack gap="sm" component="section" aria-labelledby={id}>
      <div>
        <Title order={2} size="h4" id={id}>
          {t(`keys.section.${kind}`)}
        </Title>
        <Text size="sm" c="dimmed">
          {t(`keys.section.${kind}Help`)}
        </Text>
      </div>
      {children}
    </Stack>
  );
}

function House({ state, onNumbering }: { state: KeyState | undefined; onNumbering: () => void }) {
  const { t } = useTranslation();
  const keys = useHouseKeys();
  const count = useNumberingCount().data ?? 0;
  return (
    <KeySection of="house">
      <Loaded of={keys}>
        {(rows) => (
          <KeyTable
            caption={t("keys.section.house")}
            rows={rows.filter((row) => state === undefined || row.state === state)}
            filtered={state !== undefined}
          />
        )}
      </Loaded>
      {count > 0 && (
        <Text size="sm">
          {t("keys.numbering.folded", { count, number: formatNumber(count) })}{" "}
          <Anchor component="button" type="button" size="sm" onClick={onNumbering}>
            {t("keys.numbering.show")}
          </Anchor>
        </Text>
      )}
    </KeySection>
  );
}

interface PagedProps {
  use: "payment" | "numbering";
  state: KeyState | undefined;
  after: string;
  onGo: (after: string) => void;
}

function Paged({ use, state, after, onGo }: PagedProps) {
  const { t } = useTranslation();
  const page = useKeyPage(use, state, after);
  const filtered = state !== undefined || after !== "";
  return (
    <KeySection of={use}>
      <Loaded of={page}>
        {({ data, next }) =>
          use === "payment" && data.length === 0 && !filtered ? (
            <NoPaymentKey />
          ) : (
            <>
              <KeyTable caption={t(`keys.section.${use}`)} rows={data} filtered={filtered} />
              <Pager after={after} next={next} onGo={onGo} />
            </>
          )
        }
      </Loaded>
    </KeySection>
  );
}

function NoPaymentKey() {
  const { t } = useTranslation();
  return (
    <div>
      <Text size="sm">{t("keys.section.noPayment")}</Text>
      <CommandLine line={GENERATE} />
    </div>
  );
}
