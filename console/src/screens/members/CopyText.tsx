import { CopyButton, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import classes from "./CopyText.module.css";

/* A text that a click copies. */
export function CopyText({ value }: { value: string }) {
  const { t } = useTranslation();
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <UnstyledButton className={classes.copy} onClick={copy}>
          <span>{value}</span>
          {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
          <VisuallyHidden aria-live="polite">{` ${t(copied ? "common.copied" : "common.copy")}`}</VisuallyHidden>
        </UnstyledButton>
      )}
    </CopyButton>
  );
}
