import { useTranslation } from "react-i18next";

import { organizationLimits } from "./limits";
import type { Customer, Settings } from "./order";

/* " · 1 of 10 cards · 1 of 1 active cards" */
export function LimitsLine({ customer, settings }: { customer: Customer; settings: Settings }) {
  const { t } = useTranslation();
  return organizationLimits(customer, settings).map(({ what, have, limit }) => (
    <span key={what}>
      {" · "}
      {limit === null
        ? t(`issue.limit.${what}Free`, { count: have })
        : t(`issue.limit.${what}`, { have, limit })}
    </span>
  ));
}
