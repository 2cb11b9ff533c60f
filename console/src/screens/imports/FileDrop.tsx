import { FileButton, Button, Group, Text } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { useEffect, useState, type DragEvent } from "react";
import { useTranslation } from "react-i18next";

import { formatNumber } from "@/parts/format";

import classes from "./FileDrop.module.css";
import { ROW_COUNT_MAX } from "./kinds";
import { largestFile } from "./sizeText";

interface Props {
  file: File | null; // the one that was chosen before
  disabled: boolean;
  onChoose: (file: File) => void;
}

// What misses the area must not be opened by the browser in place of the console.
const refuse = (event: globalThis.DragEvent) => event.preventDefault();

/* Takes one file: by its button, or dropped. */
export function FileDrop({ file, disabled, onChoose }: Props) {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);

  useEffect(() => {
    window.addEventListener("dragover", refuse);
    window.addEventListener("drop", refuse);
    return () => {
      window.removeEventListener("dragover", refuse);
      window.removeEventListener("drop", refuse);
    };
  }, []);

  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const dropped = event.dataTransfer.files[0];
    if (dropped && !disabled) {
      onChoose(dropped);
    }
  };
  return (
    <div
      className={classes.area}
      data-over={over || undefined}
      onDragOver={() => setOver(true)}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Group gap="md">
        <FileButton
          accept=".csv,text/csv"
          inputProps={{ "aria-label": t("imports.start.file") }}
          onChange={(chosen) => chosen && onChoose(chosen)}
        >
          {(props) => (
            <Button
              {...props}
              variant="default"
              disabled={disabled}
              leftSection={<IconUpload size={18} aria-hidden />}
              data-autofocus
            >
              {t(file ? "imports.start.another" : "imports.start.choose")}
            </Button>
          )}
        </FileButton>
        <div>
          <Text size="sm">{t("imports.start.drop")}</Text>
          <Text size="xs" c="dimmed">
            {t("imports.start.limits", { size: largestFile(), rows: formatNumber(ROW_COUNT_MAX) })}
          </Text>
        </div>
      </Group>
    </div>
  );
}
