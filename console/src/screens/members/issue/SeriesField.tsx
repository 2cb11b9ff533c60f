import { Alert, Group, Select, Stack, Text, type ComboboxItem } from "@mantine/core";
import type { ReactNode, RefObject } from "react";
import { useTranslation } from "react-i18next";

import { formatNumber } from "@/parts/format";

import type { Series } from "./order";
import { useFirstFocus } from "./useFirstFocus";

interface Props {
  choices: Series[];
  value: string;
  error?: ReactNode;
  inputRef: RefObject<HTMLInputElement | null>;
  nextRef: RefObject<HTMLElement | null>; // what is filled in next, when the series is known already
  onChange: (id: string) => void;
}

/* The kinds of card that can be generated now; found by name or code. */
export function SeriesField({ choices, value, error, inputRef, nextRef, onChange }: Props) {
  const { t } = useTranslation();
  const spaceText = useSpaceText();

  const byId = new Map(choices.map((series) => [series.id, series]));
  const chosen = byId.get(value);
  useFirstFocus(chosen ? nextRef : inputRef);

  if (choices.length === 0) {
    return (
      <Alert color="orange" role="note" title={t("issue.series.none")}>
        {t("issue.series.noneNext")}
      </Alert>
    );
  }
  const renderOption = ({ option }: { option: ComboboxItem }) => {
    const series = byId.get(option.value);
    return (
      <Group justify="space-between" gap="xs" flex={1}>
        <span>{option.label}</span>
        {series && spaceText(series) && (
          <Text span size="sm" c="dimmed">
            {spaceText(series)}
          </Text>
        )}
      </Group>
    );
  };

  return (
    <Stack gap={4}>
      <Select
        ref={inputRef}
        label={t("issue.series.label")}
        placeholder={t("issue.series.placeholder")}
        error={error}
        required
        searchable
        allowDeselect={false}
        nothingFoundMessage={t("issue.series.nothingFound")}
        data={choices.map((series) => ({ value: series.id, label: `${series.name} (${series.code})` }))}
        renderOption={renderOption}
        value={chosen ? value : null}
        onChange={(id) => onChange(id ?? "")}
        selectFirstOptionOnChange
        autoComplete="off"
      />
      {chosen && spaceText(chosen) && (
        <Text size="sm" fw={550}>
          {spaceText(chosen)}
        </Text>
      )}
    </Stack>
  );
}

/* Nothing while there is room enough. */
function useSpaceText(): (series: Series) => string | null {
  const { t } = useTranslation();
  return ({ space }) => {
    if (space.left === "0") {
      return t("issue.series.spaceNone");
    }
    const left = formatNumber(space.left);
    return space.nearly_full ? t("issue.series.spaceLeft", { count: Number(space.left), left }) : null;
  };
}
