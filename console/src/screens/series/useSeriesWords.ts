import { useTranslation } from "react-i18next";

import type { Schemas } from "@/api/client";
import { formatNumber } from "@/parts/format";

type Series = Schemas["Series"];

/* The parts of a series in words, the same on every screen. */
export function useSeriesWords() {
  const { t } = useTranslation();

  return {
    looks: ({ numbering }: Series): string => `${numbering.prefix}…${numbering.suffix}`,

    numbering: ({ numbering }: Series): string =>
      t("series.numbering.short", {
        length: formatNumber(numbering.length),
        method: t(`series.method.${numbering.method}`),
        checkDigit: t(`series.checkDigit.${numbering.check_digit}`),
      }),

    limits: (series: Series): string[] => {
      const all = series.max_cards_per_customer;
      const active = series.max_active_cards_per_customer;
      const lines = [
        ...(all === null ? [] : [t("series.limits.cards", { count: all })]),
        ...(active === null ? [] : [t("series.limits.active", { count: active })]),
      ];
      return lines.length > 0 ? lines : [t("series.limits.none")];
    },

    shortExpiry: ({ expiry }: Series): string => {
      if (expiry === null || expiry.after === null) {
        return t("series.expiry.never");
      }
      return expiry.unit === "months"
        ? t("series.expiry.shortMonths", { count: expiry.after })
        : t("series.expiry.shortDays", { count: expiry.after });
    },

    expiry: ({ expiry }: Series): string => {
      if (expiry === null || expiry.after === null) {
        return t("series.expiry.never");
      }
      return expiry.unit === "months"
        ? t("series.expiry.months", { count: expiry.after })
        : t("series.expiry.days", { count: expiry.after });
    },
  };
}
