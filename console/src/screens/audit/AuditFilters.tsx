import { Button, Group, SimpleGrid, Stack, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "@/api/session";
import { FilterSelect } from "@/parts/FilterSelect";
import { useTyped } from "@/parts/useTyped";

import { ACTION_GROUPS, actionText, OK, REFUSALS, REFUSED, refusalText, type ActionGroup } from "./actions";
import { DayField } from "./DayField";
import { localToday } from "./time";
import { useActors, type Actor } from "./useActors";
import { isPrintedId, type FilterValues, type SetFilter } from "./useAuditFilter";

interface Props {
  values: FilterValues;
  set: SetFilter;
  filtered: boolean;
  onClear: () => void;
  known: Actor[]; // of the records that are shown
}

export function AuditFilters({ values, set, filtered, onClear, known }: Props) {
  const { t } = useTranslation();
  const today = localToday();
  const onlyToday = values.from === today && values.to === today;
  const onlyRefused = values.result === REFUSED;
  return (
    <Stack gap="sm" role="search" aria-label={t("common.filters.label")}>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="sm" verticalSpacing="sm">
        <ActionField value={values.action} onChange={(action) => set({ action })} />
        <ActorField value={values.actor} known={known} onChange={(actor) => set({ actor })} />
        <ResultField value={values.result} onChange={(result) => set({ result })} />
        <DayField label={t("audit.filter.from")} value={values.from} onChange={(from) => set({ from })} />
        <DayField
          label={t("audit.filter.to")}
          value={values.to}
          error={values.from && values.to && values.to < values.from ? t("audit.filter.order") : null}
          onChange={(to) => set({ to })}
        />
        <SubjectField value={values.subject} onChange={(subject) => set({ subject })} />
      </SimpleGrid>
      <Group gap="xs">
        <Button
          size="xs"
          variant={onlyRefused ? "filled" : "default"}
          aria-pressed={onlyRefused}
          onClick={() => set({ result: onlyRefused ? "" : REFUSED })}
        >
          {t("audit.filter.refused")}
        </Button>
        <Button
          size="xs"
          variant={onlyToday ? "filled" : "default"}
          aria-pressed={onlyToday}
          onClick={() => set(onlyToday ? { from: "", to: "" } : { from: today, to: today })}
        >
          {t("audit.filter.today")}
        </Button>
        {filtered && (
          <Button size="xs" variant="default" onClick={onClear}>
            {t("common.filters.clear")}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

interface FieldProps {
  value: string;
  onChange: (value: string) => void;
}

function ActionField(props: FieldProps) {
  const { t } = useTranslation();
  const groups = Object.entries(ACTION_GROUPS).map(([group, codes]) => ({
    group: t(`audit.group.${group as ActionGroup}`),
    items: codes.map((code): Actor => ({ value: code, label: actionText(code) })),
  }));
  return <FilterSelect label={t("audit.filter.action")} data={groups} searchable {...props} />;
}

function ActorField({ known, ...props }: FieldProps & { known: Actor[] }) {
  const { t } = useTranslation();
  const mayList = useMay()("read_people");
  const { people, keys } = useActors(mayList);
  const listed = [...people, ...keys].some((actor) => actor.value === props.value);
  if (!mayList && props.value === "") {
    return null;
  }
  // Somebody who is gone, or of whom only the records tell.
  const named = known.find((actor) => actor.value === props.value) ?? { value: props.value, label: props.value };
  const other = props.value && !listed ? [named] : [];
  return (
    <FilterSelect
      searchable
      label={t("audit.filter.actor")}
      data={[
        { group: t("audit.filter.people"), items: [...people, ...other] },
        { group: t("audit.filter.keys"), items: keys },
      ]}
      {...props}
    />
  );
}

function ResultField(props: FieldProps) {
  const { t } = useTranslation();
  const listed = ["", OK, REFUSED, ...REFUSALS].includes(props.value);
  const codes = listed ? REFUSALS : [...REFUSALS, props.value];
  const items = [
    { value: OK, label: t("audit.filter.resultOk") },
    { value: REFUSED, label: t("audit.filter.resultRefused") },
  ];
  return (
    <FilterSelect
      searchable
      label={t("audit.filter.result")}
      data={[
        { group: t("audit.filter.result"), items },
        { group: t("audit.result.refused"), items: codes.map((code) => ({ value: code, label: refusalText(code) })) },
      ]}
      {...props}
    />
  );
}

function SubjectField({ value, onChange }: FieldProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useTyped(value);
  const [faulty, setFaulty] = useState(""); // what was typed and is no id
  const settle = (event?: FormEvent) => {
    event?.preventDefault();
    const id = typed.trim();
    const good = id === "" || isPrintedId(id);
    setFaulty(good ? "" : typed);
    if (good && id !== value) {
      onChange(id);
    }
  };
  return (
    <form onSubmit={settle}>
      <TextInput
        label={t("audit.filter.subject")}
        placeholder={t("audit.filter.subjectHelp")}
        error={faulty !== "" && faulty === typed && t("audit.filter.subjectFormat")}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onBlur={() => settle()}
        maxLength={100}
        autoComplete="off"
        spellCheck={false}
      />
    </form>
  );
}
