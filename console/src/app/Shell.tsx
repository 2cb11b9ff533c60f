import type { Icon as TablerIcon } from "@tabler/icons-react";
import { AppShell, Burger, Group, NavLink, ScrollArea, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Link, Redirect, Route, Switch, useLocation } from "wouter";

import { useMay, useSession, useSessionState } from "@/api/session";
import { Forbidden } from "@/parts/Forbidden";
import { NotFound } from "@/parts/NotFound";
import { Waiting } from "@/parts/Waiting";

import { AccountMenu } from "./AccountMenu";
import { Catcher } from "./Catcher";
import { screens, startPath, type Screen } from "./screens";
import classes from "./Shell.module.css";
import { useIdleLock } from "./useIdleLock";

/* The frame around every screen: whose cards these are, where one can go, who is signed in. */
export function Shell() {
  const { t } = useTranslation();
  const session = useSession();
  const [location] = useLocation();
  const [opened, { toggle, close }] = useDisclosure();
  useIdleLock(useSessionState().kind === "in");

  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 248, breakpoint: "md", collapsed: { mobile: !opened } }}
      padding="md"
    >
      <a className={classes.skip} href="#content">
        {t("common.skipToContent")}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap" className={classes.brand}>
            <Burger opened={opened} onClick={toggle} hiddenFrom="md" size="sm" aria-label={t("app.nav.open")} />
            <Text fw={650} truncate>
              {session.organization_name}
            </Text>
            <Text c="dimmed" size="sm" visibleFrom="sm">
              {t("common.product")}
            </Text>
          </Group>
          <AccountMenu />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar aria-label={t("app.nav.label")} p="xs">
        <ScrollArea>
          <Navigation onGo={close} />
        </ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} className={classes.main}>
        <Catcher at={location}>
          <Suspense fallback={<Waiting />}>
            <Screens />
          </Suspense>
        </Catcher>
      </AppShell.Main>
    </AppShell>
  );
}

function Navigation({ onGo }: { onGo: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const [location] = useLocation();
  const shown = screens.filter((row) => row.nav && (row.permission === null || may(row.permission)));
  const groups = [...new Set(shown.map((row) => row.nav!.group))];
  return groups.map((group) => (
    <div key={group} className={classes.group}>
      <Text c="dimmed" size="xs" fw={600} px="sm" py={4} id={`nav-${group}`}>
        {t(`app.nav.${group}`)}
      </Text>
      {shown
        .filter((row) => row.nav!.group === group)
        .map((row) => (
          <NavLink
            key={row.path}
            component={Link}
            href={row.path}
            label={t(`app.nav.${row.nav!.text}`)}
            leftSection={<NavIcon icon={row.nav!.icon} />}
            active={location === row.path || location.startsWith(`${row.path}/`)}
            aria-current={location === row.path ? "page" : undefined}
            onClick={onGo}
            className={classes.link}
          />
        ))}
    </div>
  ));
}

function Screens() {
  const may = useMay();
  return (
    <Switch>
      <Route path="/">
        <Redirect to={startPath(may)} replace />
      </Route>
      {screens.map((row) => (
        <Route key={row.path} path={row.path}>
          <Guarded screen={row} />
        </Route>
      ))}
      <Route>
        <NotFound />
      </Route>
    </Switch>
  );
}

function Guarded({ screen }: { screen: Screen }) {
  const may = useMay();
  const Component = screen.component;
  return screen.permission === null || may(screen.permission) ? <Component /> : <Forbidden />;
}

function NavIcon({ icon: Icon }: { icon: TablerIcon }) {
  return <Icon size={18} stroke={1.6} aria-hidden />;
}
