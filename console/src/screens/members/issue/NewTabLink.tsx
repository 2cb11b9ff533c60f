import { Anchor, VisuallyHidden } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

/* Leads elsewhere without losing what is typed here. */
export function NewTabLink({ href, text }: { href: string; text: string }) {
  const { t } = useTranslation();
  return (
    <Anchor href={href} target="_blank" rel="noopener" size="sm" underline="always">
      {text} <IconExternalLink size={14} aria-hidden />
      <VisuallyHidden> {t("issue.newTab")}</VisuallyHidden>
    </Anchor>
  );
}
