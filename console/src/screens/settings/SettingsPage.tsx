import type { ComponentType } from "react";

import { api } from "@/api/client";
import { useMay } from "@/api/session";
import { Loaded } from "@/parts/Loaded";
import { Page } from "@/parts/Page";

import { SettingsFacts } from "./SettingsFacts";
import { SettingsForm, type FieldsProps } from "./SettingsForm";
import type { SettingName } from "./settingsValues";

interface Props {
  title: string;
  lead: string;
  names: SettingName[]; // those of this screen
  fields: ComponentType<FieldsProps>;
}

/* A screen of settings: a form for those who may change them, and what they are for all others. */
export function SettingsPage({ title, lead, names, fields }: Props) {
  const may = useMay();
  const settings = api.useQuery("get", "/v1/settings");
  return (
    <Page title={title} lead={lead}>
      <Loaded of={settings}>
        {(stored) =>
          may("change_settings") ? (
            <SettingsForm stored={stored} fields={fields} />
          ) : (
            <SettingsFacts settings={stored} names={names} />
          )
        }
      </Loaded>
    </Page>
  );
}
