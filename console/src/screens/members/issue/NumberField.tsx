import { Box, Button, Group, Stack, TextInput } from "@mantine/core";
import type { KeyboardEvent, ReactNode, RefObject } from "react";
import { useTranslation } from "react-i18next";

import { ProblemNotice } from "@/parts/ProblemNotice";

import { AvailabilityNotice } from "./AvailabilityNotice";
import { plainNumber, type Customer } from "./order";
import type { Availability } from "./useAvailability";
import { useFirstFocus } from "./useFirstFocus";

interface Props {
  customer: Customer;
  value: string;
  error?: ReactNode;
  inputRef: RefObject<HTMLInputElement | null>;
  availability: Availability;
  onChange: (value: string) => void;
  onCheck: () => void;
}

/* The number as it stands on the card; Enter asks whether it can be linked. */
export function NumberField({ customer, value, error, inputRef, availability, onChange, onCheck }: Props) {
  const { t } = useTranslation();
  useFirstFocus(inputRef);
  const found = availability.of(plainNumber(value));

  const enterChecks = (event: KeyboardEvent) => {
    if (event.key === "Enter") {
      event.preventDefault();
      onCheck();
    }
  };

  return (
    <Stack gap={0}>
      <TextInput
        ref={inputRef}
        label={t("issue.number.label")}
        description={t("issue.number.help")}
        error={error}
        required
        autoComplete="off"
        autoCorrect="off"
        autoCapitalize="characters"
        spellCheck={false}
        maxLength={300}
        classNames={{ input: "number" }}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        onKeyDown={enterChecks}
        inputContainer={(input) => (
          <Group gap="xs" align="flex-end">
            <Box flex="1 1 220px">{input}</Box>
            <Button variant="default" onClick={onCheck} loading={availability.checking}>
              {t("issue.number.check")}
            </Button>
          </Group>
        )}
      />
      <div role="status">{found && <AvailabilityNotice found={found} customer={customer} mt="xs" />}</div>
      {availability.problem && !availability.checking && (
        <Box mt="xs">
          <ProblemNotice problem={availability.problem} />
        </Box>
      )}
    </Stack>
  );
}
