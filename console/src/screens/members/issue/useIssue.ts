import { useForm } from "@mantine/form";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { client, type Schemas } from "@/api/client";
import { useSubmit } from "@/api/submit";

import { faultsOf, fieldOf, type FormField } from "./faults";
import { isNumber, orderOf, plainNumber, subjectOf, type Card, type IssueValues, type Way } from "./order";
import { useAvailability } from "./useAvailability";
import { useFaultText } from "./useFaultText";
import { useOtp } from "./useOtp";

interface Options {
  customerId: string;
  way: Way;
  seriesId: string;
  firstLabel: string;
  asksOtp: boolean;
  onIssued: (card: Card, replayed: boolean) => void;
}

const CHANGES = ["/v1/cards", "/v1/customers", "/v1/series", "/v1/batches", "/v1/reports"];
const MAY_BE_STALE = ["/v1/cards", "/v1/customers", "/v1/series", "/v1/status-labels", "/v1/settings"];
// Where the eye and the cursor go first after a refusal.
const ORDER: FormField[] = ["number", "series_id", "status_label", "external_id", "nickname", "code"];

/* The whole of issuing one card: what is typed, the check, the code, the request, and where the cursor goes. */
export function useIssue({ customerId, way, seriesId, firstLabel, asksOtp, onIssued }: Options) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const faultText = useFaultText();
  const form = useForm<IssueValues>({
    initialValues: { number: "", status_label: firstLabel, nickname: "", external_id: "", code: "" },
  });
  const subject = subjectOf(way, form.values, seriesId);
  const number = plainNumber(form.values.number);
  const availability = useAvailability();
  const otp = useOtp(customerId, subject);
  const issue = useSubmit(
    (body: Schemas["CardOrderInput"], headers) => client.POST("/v1/cards", { body, headers }),
    CHANGES,
  );
  const refs = {
    number: useRef<HTMLInputElement>(null),
    series_id: useRef<HTMLInputElement>(null),
    status_label: useRef<HTMLSelectElement>(null),
    external_id: useRef<HTMLInputElement>(null),
    nickname: useRef<HTMLInputElement>(null),
    code: useRef<HTMLInputElement>(null),
    send: useRef<HTMLButtonElement>(null),
    notice: useRef<HTMLDivElement>(null),
  };

  /* The card that is asked for, as far as this page can judge it. */
  const cardIsGiven = (): boolean => {
    form.clearErrors();
    if (way === "link" && !isNumber(number)) {
      form.setFieldError("number", t("issue.number.invalid"));
      refs.number.current?.focus();
      return false;
    }
    if (way === "generate" && seriesId === "") {
      form.setFieldError("series_id", t("issue.series.required"));
      refs.series_id.current?.focus();
      return false;
    }
    return true;
  };

  const check = async (): Promise<boolean> => {
    if (!cardIsGiven()) {
      return false;
    }
    const found = await availability.check(number);
    return found?.available ?? false;
  };

  const sendCode = async () => {
    // A code for a number that cannot be linked would only annoy the customer.
    const sensible = way === "link" ? await check() : cardIsGiven();
    if (!sensible) {
      refs.number.current?.focus();
      return;
    }
    if (await otp.send()) {
      form.setFieldValue("code", "");
      form.clearErrors();
    }
  };

  const codeIsGiven = (): boolean => {
    if (otp.phase !== "good") {
      form.setFieldError("send", otp.phase === "none" ? t("issue.otp.sendFirst") : t(`issue.otp.${otp.phase}`));
      refs.send.current?.focus();
      return false;
    }
    if (!/^\d{6}$/.test(form.values.code)) {
      form.setFieldError("code", t("issue.otp.digits"));
      refs.code.current?.focus();
      return false;
    }
    return true;
  };

  const request = async () => {
    const code = asksOtp && otp.challenge ? { challenge_id: otp.challenge.id, code: form.values.code } : null;
    const sent = await issue.submit(orderOf(customerId, subject, form.values, code));
    if (sent) {
      onIssued(sent.output, sent.replayed);
    }
  };

  const submit = async () => {
    if (issue.undecided || (cardIsGiven() && (!asksOtp || codeIsGiven()))) {
      await request();
    }
  };

  const takeRefusal = async () => {
    if (!issue.problem || issue.undecided) {
      refs.notice.current?.focus();
      return;
    }
    const faults = faultsOf(issue.problem);
    const marked = faults.map((fault) => ({ fault, field: fieldOf(fault) }));
    const code = marked.find(({ field }) => field === "code")?.fault.code;
    form.setErrors(
      Object.fromEntries(
        marked.filter(({ field }) => field !== null).map(({ fault, field }) => [field, faultText(fault)]),
      ),
    );
    void queries.invalidateQueries({
      predicate: ({ queryKey }) => MAY_BE_STALE.some((path) => String(queryKey[1]).startsWith(path)),
    });
    const first = ORDER.find((field) => marked.some((one) => one.field === field));
    if (first === "number") {
      void availability.check(number);
    }
    if (code !== undefined) {
      await otp.refused(code);
    }
    const target = first === "code" && code !== "otp_wrong" ? refs.send : first ? refs[first] : refs.notice;
    target.current?.focus();
    if (target === refs.code) {
      refs.code.current?.select();
    }
    // What cannot take the cursor (another code may not be sent yet) leaves it at the notice.
    if (document.activeElement === document.body) {
      refs.notice.current?.focus();
    }
  };

  useEffect(() => {
    if (issue.problem) {
      void takeRefusal();
    }
  }, [issue.problem]);

  // A code was sent: the next thing is to type it.
  useEffect(() => {
    if (otp.challenge) {
      refs.code.current?.focus();
    }
  }, [otp.challenge?.id]);

  return { form, number, availability, otp, issue, refs, check, sendCode, submit };
}
