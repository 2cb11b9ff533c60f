import { Radio, Stack, Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { CHANNELS, type Channel, type Settings } from "./settingsValues";

type Otp = Settings["otp"];

/* Whether issuing takes a code from the customer, and how the code gets there. */
export function OtpFields({ value, onChange }: { value: Otp; onChange: (value: Otp) => void }) {
  const { t } = useTranslation();
  return (
    <Stack>
      <Switch
        label={t("settings.issual.otpSwitch")}
        description={t(value.enabled ? "settings.issual.otpOnHelp" : "settings.issual.otpOffHelp")}
        checked={value.enabled}
        onChange={(event) => onChange({ ...value, enabled: event.currentTarget.checked })}
      />
      {value.enabled && (
        <Radio.Group
          label={t("settings.issual.channel")}
          description={t("settings.issual.channelHelp")}
          value={value.channel}
          onChange={(channel) => onChange({ ...value, channel: channel as Channel })}
        >
          <Stack gap="sm" mt="xs">
            {CHANNELS.map((channel) => (
              <Radio
                key={channel}
                value={channel}
                label={t(`settings.issual.channels.${channel}.name`)}
                description={t(`settings.issual.channels.${channel}.help`)}
              />
            ))}
          </Stack>
        </Radio.Group>
      )}
    </Stack>
  );
}
