import { useTranslation } from "react-i18next";

import { faultText } from "@/api/problemText";

import type { Fault } from "./faults";

const OTP_TEXTS = {
  otp_wrong: "issue.otp.wrong",
  otp_expired: "issue.otp.expired",
  otp_not_found: "issue.otp.expired",
  otp_exhausted: "issue.otp.exhausted",
  otp_used: "issue.otp.used",
  otp_other_request: "issue.otp.other",
} as const;

const isOtp = (code: string): code is keyof typeof OTP_TEXTS => code in OTP_TEXTS;

/* A fault as it is told on this screen, with what to do next, or as everywhere. */
export function useFaultText(): (fault: Fault) => string {
  const { t, i18n } = useTranslation();
  return (fault) => {
    if (isOtp(fault.code)) {
      return t(OTP_TEXTS[fault.code]);
    }
    const own = `issue.problem.${fault.field === "number" ? "number" : fault.code}`;
    return i18n.exists(own) ? t(own as "issue.problem.title") : faultText(fault);
  };
}
