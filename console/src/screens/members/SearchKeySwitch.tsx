import { Kbd, Switch } from "@mantine/core";
import { Trans } from "react-i18next";

import { useSearchKeySwitch } from "./useSearchKey";

/* Tells of the key, and switches it off. */
export function SearchKeySwitch() {
  const [on, setOn] = useSearchKeySwitch();
  return (
    <Switch
      size="sm"
      visibleFrom="sm"
      checked={on}
      onChange={(event) => setOn(event.currentTarget.checked)}
      label={<Trans i18nKey="members.search.key" components={{ key: <Kbd /> }} />}
    />
  );
}
