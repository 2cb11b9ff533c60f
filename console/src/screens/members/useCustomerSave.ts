import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { client } from "@/api/client";
import { useSubmit } from "@/api/submit";

import type { Customer } from "./customer";
import { changesFrom, inputOf, valuesOf, type CustomerInput, type CustomerValues } from "./customerValues";

const PATH = "/v1/customers/{cus_id}";

/*
 * Makes a customer, or changes one from the version that the form began with. `reload` takes over what somebody else
 * changed meanwhile: `base` are then the values as they are now.
 */
export function useCustomerSave(customer: Customer | undefined) {
  const queries = useQueryClient();
  const [now, setNow] = useState(customer);
  const save = useSubmit(
    (body: CustomerInput, headers) =>
      now
        ? client.PATCH(PATH, { params: { path: { cus_id: now.id } }, body, headers })
        : client.POST("/v1/customers", { body, headers }),
    ["/v1/customers"],
  );

  const submit = (values: CustomerValues) =>
    save.submit(now ? { ...changesFrom(valuesOf(now), values), version: now.version } : inputOf(values));

  async function reload(): Promise<{ before: CustomerValues; after: CustomerValues } | null> {
    if (!now) {
      return null;
    }
    const { data } = await client.GET(PATH, { params: { path: { cus_id: now.id } } });
    if (!data) {
      return null;
    }
    queries.setQueryData(["get", PATH, { params: { path: { cus_id: now.id } } }], data);
    setNow(data);
    return { before: valuesOf(now), after: valuesOf(data) };
  }

  return { save, submit, reload };
}
