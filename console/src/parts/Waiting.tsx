import { Center, Loader } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

const SHOWN_AFTER_MS = 300; // what is quicker than this would only flicker

export function Waiting() {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setShown(true), SHOWN_AFTER_MS);
    return () => window.clearTimeout(timer);
  }, []);
  return <Center mih={120}>{shown && <Loader role="status" aria-label={t("common.loading")} />}</Center>;
}
