import { Alert, Button, Group, Select, Stack } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { useEverySource } from "@/api/everyPage";
import { Loaded } from "@/parts/Loaded";
import { sourceName } from "@/parts/sourceName";

import { NewSource } from "./NewSource";

interface Props {
  value: string | null;
  onChange: (id: string | null) => void;
  error?: string | undefined;
}

/* Which source the cards issued by agents belong to; a new one can be made on the spot. */
export function SourceField({ value, onChange, error }: Props) {
  const { t } = useTranslation();
  const sources = useEverySource();
  const [adding, setAdding] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const chooser = useRef<HTMLInputElement>(null);

  return (
    <Loaded of={sources}>
      {(rows) => (
        <Stack>
          <Group align="flex-end" gap="sm">
            <Select
              ref={chooser}
              label={t("settings.names.issuing_source_id")}
              placeholder={t("settings.issual.chooseSource")}
              data={rows.map((row) => ({ value: row.id, label: sourceName(row) }))}
              value={value}
              onChange={onChange}
              searchable
              clearable
              clearButtonProps={{ "aria-label": t("settings.issual.clearSource") }}
              nothingFoundMessage={t("common.table.nothingFound")}
              flex="1 1 260px"
              maw={480}
              error={error}
            />
            <Button
              ref={opener}
              variant="default"
              leftSection={<IconPlus size={16} aria-hidden />}
              onClick={() => setAdding(true)}
              disabled={adding}
            >
              {t("settings.issual.addSource")}
            </Button>
          </Group>
          {value === null && !adding && (
            <Alert color="yellow" variant="light">
              {t("settings.issual.noSource")}
            </Alert>
          )}
          {adding && (
            <NewSource
              onMade={(source) => {
                onChange(source.id);
                setAdding(false);
                chooser.current?.focus();
              }}
              onCancel={() => {
                setAdding(false);
                opener.current?.focus();
              }}
            />
          )}
        </Stack>
      )}
    </Loaded>
  );
}
