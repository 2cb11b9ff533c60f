import { Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";

/* Pages of a list by cursor; the browser's own Back leads to the page before. */
export function Pager({ after, next, onGo }: { after: string; next: string | null | undefined; onGo: (after: string) => void }) {
  const { t } = useTranslation();
  if (!after && !next) {
    return null;
  }
  return (
    <Group component="nav" aria-label={t("common.pager.label")} gap="xs">
      <Button variant="default" size="xs" disabled={!after} onClick={() => onGo("")}>
        {t("common.pager.first")}
      </Button>
      <Button variant="default" size="xs" disabled={!after} onClick={() => window.history.back()}>
        {t("common.pager.back")}
      </Button>
      <Button variant="default" size="xs" disabled={!next} onClick={() => onGo(next ?? "")}>
        {t("common.pager.next")}
      </Button>
    </Group>
  );
}
