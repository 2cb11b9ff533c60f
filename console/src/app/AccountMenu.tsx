import { Button, Menu, Text, useMantineColorScheme, type MantineColorScheme } from "@mantine/core";
import { IconCheck, IconUserCircle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";

import { client } from "@/api/client";
import { signedOut, useSession } from "@/api/session";
import { useSubmit } from "@/api/submit";
import { tellTrouble } from "@/parts/tell";

import classes from "./Shell.module.css";

const SCHEMES: MantineColorScheme[] = ["auto", "light", "dark"];

export function AccountMenu() {
  const { t } = useTranslation();
  const session = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const signOut = useSubmit(() => client.DELETE("/v1/session"));
  const signOutEverywhere = useSubmit(() => client.DELETE("/v1/sessions"));

  const leave = async (way: typeof signOut) => {
    if (await way.submit(undefined)) {
      signedOut();
    } else {
      tellTrouble(t("app.account.stillSignedIn"));
    }
  };

  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <Button variant="default" px="sm" aria-label={`${t("app.account.menu")}: ${session.name}`} className={classes.account}>
          <IconUserCircle size={20} aria-hidden />
          <Text span ml="xs" size="sm" truncate visibleFrom="sm">
            {session.name}
          </Text>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {session.role && <Menu.Label>{t(`common.role.${session.role}`)}</Menu.Label>}
        <Menu.Item component={Link} href="/account">
          {t("app.account.settings")}
        </Menu.Item>
        <Menu.Item component="a" href="/docs">
          {t("app.account.api")}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t("app.account.colors.label")}</Menu.Label>
        {SCHEMES.map((scheme) => (
          <Menu.Item
            key={scheme}
            onClick={() => setColorScheme(scheme)}
            leftSection={<IconCheck size={16} visibility={scheme === colorScheme ? "visible" : "hidden"} aria-hidden />}
          >
            {t(`app.account.colors.${scheme}`)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => leave(signOut)}>{t("app.account.signOut")}</Menu.Item>
        <Menu.Item onClick={() => leave(signOutEverywhere)}>{t("app.account.signOutEverywhere")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
