/*
 * Every screen of the console, one row each: its path, what one must be allowed to see it, where it stands in the
 * navigation, and its code, which is loaded when it is opened.
 */
import {
  IconAddressBook,
  IconAdjustments,
  IconChartBar,
  IconCreditCard,
  IconFileImport,
  IconKey,
  IconListDetails,
  IconPackages,
  IconSettings,
  IconTags,
  IconUsers,
  type Icon,
} from "@tabler/icons-react";
import { lazy, type ComponentType, type LazyExoticComponent } from "react";

import type { en } from "@/texts/en";

type NavText = keyof typeof en.app.nav;

export interface Screen {
  path: string; // a pattern of wouter
  permission: string | null;
  nav?: { group: NavText; text: NavText; icon: Icon };
  component: LazyExoticComponent<ComponentType>;
}

const screen = (load: () => Promise<{ Screen: ComponentType }>) =>
  lazy(() => load().then((module) => ({ default: module.Screen })));

/* In the order of the navigation. */
export const screens: Screen[] = [
  {
    path: "/members",
    permission: "read_customers",
    nav: { group: "customers", text: "memberCare", icon: IconAddressBook },
    component: screen(() => import("@/screens/members/MembersScreen")),
  },
  { path: "/members/:id", permission: "read_customers", component: screen(() => import("@/screens/members/MemberScreen")) },
  {
    path: "/members/:id/issue",
    permission: "issue_cards",
    component: screen(() => import("@/screens/members/IssueCardScreen")),
  },
  {
    path: "/overview",
    permission: "read_series",
    nav: { group: "cards", text: "overview", icon: IconChartBar },
    component: screen(() => import("@/screens/overview/OverviewScreen")),
  },
  {
    path: "/series",
    permission: "read_series",
    nav: { group: "cards", text: "series", icon: IconCreditCard },
    component: screen(() => import("@/screens/series/SeriesListScreen")),
  },
  { path: "/series/new", permission: "change_series", component: screen(() => import("@/screens/series/NewSeriesScreen")) },
  { path: "/series/:id", permission: "read_series", component: screen(() => import("@/screens/series/SeriesScreen")) },
  {
    path: "/batches",
    permission: "read_batches",
    nav: { group: "cards", text: "batches", icon: IconPackages },
    component: screen(() => import("@/screens/batches/BatchesScreen")),
  },
  {
    path: "/labels",
    permission: "read_settings",
    nav: { group: "cards", text: "labels", icon: IconTags },
    component: screen(() => import("@/screens/settings/LabelsScreen")),
  },
  {
    path: "/imports",
    permission: "read_customers", // who may read jobs for the rotations of keys alone has no use for it
    nav: { group: "cards", text: "imports", icon: IconFileImport },
    component: screen(() => import("@/screens/imports/ImportsScreen")),
  },
  { path: "/imports/:id", permission: "read_jobs", component: screen(() => import("@/screens/imports/ImportScreen")) },
  {
    path: "/settings",
    permission: "read_settings",
    nav: { group: "organisation", text: "globalSettings", icon: IconSettings },
    component: screen(() => import("@/screens/settings/GlobalSettingsScreen")),
  },
  {
    path: "/issual",
    permission: "read_settings",
    nav: { group: "organisation", text: "issualSettings", icon: IconAdjustments },
    component: screen(() => import("@/screens/settings/IssualSettingsScreen")),
  },
  {
    path: "/people",
    permission: "read_people",
    nav: { group: "organisation", text: "people", icon: IconUsers },
    component: screen(() => import("@/screens/people/PeopleScreen")),
  },
  {
    path: "/audit",
    permission: "read_audit",
    nav: { group: "organisation", text: "audit", icon: IconListDetails },
    component: screen(() => import("@/screens/audit/AuditScreen")),
  },
  {
    path: "/keys",
    permission: "read_keys",
    nav: { group: "organisation", text: "keys", icon: IconKey },
    component: screen(() => import("@/screens/keys/KeysScreen")),
  },
  { path: "/keys/:id", permission: "read_keys", component: screen(() => import("@/screens/keys/KeyScreen")) },
  { path: "/account", permission: null, component: screen(() => import("@/screens/account/AccountScreen")) },
];

/* Where somebody starts: the first screen of the navigation that they may see. */
export function startPath(may: (permission: string) => boolean): string {
  const first = screens.find((row) => row.nav && (row.permission === null || may(row.permission)));
  return first?.path ?? "/account";
}
