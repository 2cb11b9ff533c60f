import { Button, Fieldset, Paper, Stack, Tabs } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "wouter";

import { api } from "@/api/client";
import { hasFault } from "@/api/problem";
import { Loaded } from "@/parts/Loaded";
import { useLeaveGuard } from "@/parts/useLeaveGuard";

import { IssueNotice } from "./IssueNotice";
import { defaultLabel, LabelField } from "./LabelField";
import { LimitNotice } from "./LimitNotice";
import { organizationLimits, reachedBy, seriesLimits } from "./limits";
import { MoreFields } from "./MoreFields";
import { NumberField } from "./NumberField";
import type { Card, Customer, Settings, StatusLabel, Way } from "./order";
import { OtpFields } from "./OtpFields";
import { SeriesField } from "./SeriesField";
import { useIssue } from "./useIssue";
import { useSeriesChoices } from "./useSeriesChoices";

interface Props {
  customer: Customer;
  settings: Settings;
  labels: StatusLabel[];
  cards: Card[];
  onIssued: (card: Card, replayed: boolean, way: Way) => void;
}

/* One card for one customer, in either of the two ways. */
export function IssueForm({ customer, settings, labels, cards, onIssued }: Props) {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const [moreOpened, setMoreOpened] = useState(false);
  const way: Way = params.get("way") === "generate" ? "generate" : "link";
  const choices = useSeriesChoices();
  const onlyOne = choices.data?.length === 1 ? choices.data[0] : undefined;
  const wanted = params.get("series_id") ?? onlyOne?.id ?? "";
  const chosen = choices.data?.find((series) => series.id === wanted);

  const { form, number, availability, otp, issue, refs, check, sendCode, submit } = useIssue({
    customerId: customer.id,
    way,
    seriesId: chosen?.id ?? "",
    firstLabel: defaultLabel(labels),
    asksOtp: settings.otp.enabled,
    onIssued: (card, replayed) => onIssued(card, replayed, way),
  });
  const busy = issue.sending || issue.undecided;
  const waitsForCode = settings.otp.enabled && otp.phase !== "good" && !issue.undecided;
  useLeaveGuard(busy, t("issue.leave"));

  const setParam = (name: string, value: string) =>
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        after.set(name, value);
        return after;
      },
      { replace: true },
    );

  const foundSeriesId = (way === "link" && availability.of(number)?.series_id) || "";
  const foundSeries = api.useQuery(
    "get",
    "/v1/series/{series_id}",
    { params: { path: { series_id: foundSeriesId } } },
    { enabled: foundSeriesId !== "" },
  ).data;
  const series = way === "generate" ? chosen : foundSeries;
  const label = labels.find((row) => row.label === form.values.status_label);
  const limits = [...organizationLimits(customer, settings), ...(series ? seriesLimits(cards, series, settings) : [])];
  const toldByRefusal = hasFault(issue.problem, "card_limit_reached");

  return (
    <Paper withBorder p="md">
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Stack>
          <Fieldset variant="unstyled" mx={0} disabled={busy}>
            <Stack>
              <Tabs variant="pills" value={way} onChange={(next) => next && setParam("way", next)}>
                <Tabs.List aria-label={t("issue.way.label")}>
                  <Tabs.Tab value="link">{t("issue.way.link")}</Tabs.Tab>
                  <Tabs.Tab value="generate">{t("issue.way.generate")}</Tabs.Tab>
                </Tabs.List>
                <Tabs.Panel value="link" pt="md">
                  <NumberField
                    customer={customer}
                    value={form.values.number}
                    error={form.errors["number"]}
                    inputRef={refs.number}
                    availability={availability}
                    onChange={(value) => form.setFieldValue("number", value)}
                    onCheck={() => void check()}
                  />
                </Tabs.Panel>
                <Tabs.Panel value="generate" pt="md">
                  <Loaded of={choices}>
                    {(all) => (
                      <SeriesField
                        choices={all}
                        value={chosen?.id ?? ""}
                        error={form.errors["series_id"]}
                        inputRef={refs.series_id}
                        nextRef={refs.status_label}
                        onChange={(id) => {
                          form.clearFieldError("series_id");
                          setParam("series_id", id);
                        }}
                      />
                    )}
                  </Loaded>
                </Tabs.Panel>
              </Tabs>
              <LabelField
                labels={labels}
                inputRef={refs.status_label}
                value={form.values.status_label}
                error={form.errors["status_label"]}
                onChange={(value) => form.setFieldValue("status_label", value)}
              />
              <div>
                <MoreFields
                  opened={moreOpened || Boolean(form.errors["external_id"] ?? form.errors["nickname"])}
                  onToggle={() => setMoreOpened((before) => !before)}
                  nickname={{ ref: refs.nickname, ...form.getInputProps("nickname") }}
                  externalId={{ ref: refs.external_id, ...form.getInputProps("external_id") }}
                />
                <div role="status">
                  {!toldByRefusal && (
                    <LimitNotice customer={customer} series={series} reached={reachedBy(limits, label, settings)} />
                  )}
                </div>
              </div>
              {settings.otp.enabled && (
                <OtpFields
                  otp={otp}
                  customer={customer}
                  channel={settings.otp.channel}
                  value={form.values.code}
                  error={form.errors["code"]}
                  sendError={form.errors["send"]}
                  busy={availability.checking}
                  codeRef={refs.code}
                  sendRef={refs.send}
                  onChange={(code) => form.setFieldValue("code", code)}
                  onSend={() => void sendCode()}
                />
              )}
            </Stack>
          </Fieldset>
          <div>
            <div ref={refs.notice} tabIndex={-1} style={{ outline: "none" }}>
              <IssueNotice
                problem={issue.problem}
                undecided={issue.undecided}
                retrying={issue.retrying}
                customer={customer}
              />
            </div>
            <Button type="submit" variant={waitsForCode ? "default" : "filled"} loading={issue.sending}>
              {t(issue.undecided ? "issue.tryAgain" : "issue.submit")}
            </Button>
          </div>
        </Stack>
      </form>
    </Paper>
  );
}
