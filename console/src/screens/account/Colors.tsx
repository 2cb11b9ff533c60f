import { Group, Radio, useMantineColorScheme, type MantineColorScheme } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { Section } from "@/parts/Section";

const SCHEMES: MantineColorScheme[] = ["auto", "light", "dark"];

export function Colors() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Section title={t("app.account.colors.label")} lead={t("account.colors.help")}>
      <Radio.Group
        aria-label={t("app.account.colors.label")}
        value={colorScheme}
        onChange={(scheme) => setColorScheme(scheme as MantineColorScheme)}
      >
        <Group>
          {SCHEMES.map((scheme) => (
            <Radio key={scheme} value={scheme} label={t(`app.account.colors.${scheme}`)} />
          ))}
        </Group>
      </Radio.Group>
    </Section>
  );
}
