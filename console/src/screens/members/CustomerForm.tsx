import { NativeSelect, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";

import { faultsByField } from "@/api/problem";
import { DialogButtons } from "@/parts/DialogButtons";

import { ChangeNotice } from "./ChangeNotice";
import { countries } from "./countries";
import type { Customer, Verification } from "./customer";
import { CustomerExistsNotice } from "./CustomerExistsNotice";
import { CUSTOMER_FIELDS, isChanged, tidy, valuesOf, type CustomerField, type CustomerValues } from "./customerValues";
import { useCustomerSave } from "./useCustomerSave";

interface Props {
  customer?: Customer | undefined;
  suggested: CustomerValues; // what a new one begins with
  onCancel: () => void;
  onSaved: (customer: Customer) => void;
  onFind: (text: string) => void;
}

export function CustomerForm({ customer, suggested, onCancel, onSaved, onFind }: Props) {
  const { t } = useTranslation();
  const form = useForm<CustomerValues>({ initialValues: customer ? valuesOf(customer) : suggested });
  const { save, submit, reload } = useCustomerSave(customer);
  const offered = useMemo(() => countries(customer?.nationality), [customer?.nationality]);
  const { problem } = save;

  const showFaults = () => {
    const faults = faultsByField(problem);
    const exists = problem?.code === "customer_exists";
    form.setErrors(
      Object.fromEntries(
        Object.entries(faults).map(([field, message]) => [field, exists ? t("members.exists.field") : message]),
      ),
    );
    const first = CUSTOMER_FIELDS.find((field) => field in faults);
    if (first) {
      form.getInputNode(first)?.focus();
    }
  };

  // What was typed stays; what was not touched here becomes what it is now.
  const takeOver = async () => {
    const changed = await reload();
    if (changed) {
      const untouched = CUSTOMER_FIELDS.filter((field) => form.getValues()[field] === changed.before[field]);
      form.setValues(Object.fromEntries(untouched.map((field) => [field, changed.after[field]])));
    }
  };

  useEffect(() => {
    showFaults();
    if (problem?.code === "version_conflict") {
      void takeOver().catch(() => undefined); // the next save is then refused again
    }
  }, [problem]);

  const send = form.onSubmit(async (typed) => {
    const values = tidy(typed);
    form.setValues(values);
    if (customer && !isChanged(valuesOf(customer), values)) {
      onSaved(customer);
      return;
    }
    const sent = await submit(values);
    if (sent) {
      onSaved(sent.output);
    }
  });

  const verifications: Verification[] = customer
    ? [customer.verification, ...customer.next_verifications]
    : ["verified", "pending"];
  const entry = (name: CustomerField) => ({ label: t(`members.field.${name}`), ...form.getInputProps(name) });
  const text = (name: CustomerField, maxLength: number) => ({ ...entry(name), maxLength, autoComplete: "off" });

  return (
    <form onSubmit={send} noValidate>
      <Stack>
        {problem?.code === "customer_exists" && !save.retrying ? (
          <CustomerExistsNotice problem={problem} values={form.values} onFind={onFind} />
        ) : (
          <ChangeNotice of={save} fields={[...CUSTOMER_FIELDS]} conflict={t("members.edit.conflict")} />
        )}
        <Text size="sm">{t("members.field.oneNeeded")}</Text>
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md" verticalSpacing="sm">
          <TextInput {...text("first_name", 100)} data-autofocus />
          <TextInput {...text("last_name", 100)} />
          <TextInput {...text("mobile", 40)} description={t("members.field.mobileHelp")} inputMode="tel" />
          <TextInput {...text("email", 254)} description={t("members.field.emailHelp")} inputMode="email" />
          <TextInput {...text("external_id", 150)} description={t("members.field.externalIdHelp")} />
          <NativeSelect
            {...entry("verification")}
            description={t("members.field.verificationHelp")}
            data={verifications.map((value) => ({ value, label: t(`members.verification.${value}`) }))}
          />
          <TextInput {...entry("date_of_birth")} type="date" autoComplete="off" />
          <NativeSelect
            {...entry("nationality")}
            data={[{ value: "", label: t("members.field.notKnown") }, ...offered]}
          />
        </SimpleGrid>
        <DialogButtons
          submit={t(customer ? "common.save" : "members.new.submit")}
          sending={save.sending}
          onCancel={onCancel}
        />
      </Stack>
    </form>
  );
}
