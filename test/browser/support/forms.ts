import { expect, type Locator, type Page } from "@playwright/test";

import type { User } from "./installation";

/** The field with this label; where it must be filled in, the label shows an asterisk behind it. */
export function field(within: Page | Locator, label: string): Locator {
  const text = label.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return within.getByLabel(new RegExp(`^${text}( \\*)?$`));
}

/** From the front door on, until there is something to go to. */
export async function signIn(page: Page, user: User): Promise<void> {
  await page.goto("/");
  await fillSignIn(page, user);
  await expect(page.getByRole("navigation").first()).toBeVisible();
}

export async function fillSignIn(page: Page, user: User): Promise<void> {
  await field(page, "Name").fill(user.name);
  await field(page, "Password").fill(user.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}
