import { List, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useSession } from "@/api/session";
import { Facts } from "@/parts/Facts";
import { Section } from "@/parts/Section";

/* Who is signed in, and what the role lets this person do. */
export function WhoAmI() {
  const { t, i18n } = useTranslation();
  const session = useSession();
  const known = session.permissions.map((name) => `account.permissions.${name}`).filter((key) => i18n.exists(key));
  return (
    <Section title={t("account.who.title")}>
      <Facts
        facts={[
          { name: t("account.who.name"), value: session.name },
          { name: t("account.who.organization"), value: session.organization_name },
          { name: t("account.who.role"), value: session.role && t(`common.role.${session.role}`) },
        ]}
      />
      {session.role && <Text size="sm">{t(`people.roleHelp.${session.role}`)}</Text>}
      <details>
        <Text component="summary" size="sm">
          {t("account.who.may", { count: known.length })}
        </Text>
        <List size="sm" mt="xs">
          {known.map((key) => (
            <List.Item key={key}>{t(key as "account.permissions.issue_cards")}</List.Item>
          ))}
        </List>
      </details>
    </Section>
  );
}
