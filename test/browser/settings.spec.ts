import type { Page } from "@playwright/test";

import { expect, field, signIn, test } from "./fixtures";

const settingsOf = async (installation: { api: <T>(method: "GET", path: string) => Promise<T> }) =>
  await installation.api<Record<string, unknown>>("GET", "/v1/settings");

const save = (page: Page) => page.getByRole("button", { name: "Save", exact: true });

test("labels are added, renamed, made default, retired and brought back, by keyboard", async ({
  page,
  installation,
  look,
}) => {
  const [word, other] = [installation.unique("Past its date "), installation.unique("Over ")];
  await signIn(page, await installation.makeUser("administrator"));
  await page.goto("/labels");
  const status = page.getByRole("region", { name: "Expired" });
  const press = async (name: string) => {
    await status.getByRole("button", { name, exact: true }).focus();
    await page.keyboard.press("Enter");
  };

  await press("Add a label to Expired");
  await expect(field(status, "New label for Expired")).toBeFocused();
  await page.keyboard.type(word);
  await page.keyboard.press("Enter");
  await expect(status.getByRole("listitem").filter({ hasText: word })).toBeVisible();
  await expect(field(status, "New label for Expired")).toHaveValue("");
  await page.keyboard.type(word);
  await page.keyboard.press("Enter");
  await expect(status.getByRole("alert")).toContainText("You have a label of this name already.");
  await expect(field(status, "New label for Expired")).toHaveValue(word);
  await page.keyboard.press("Escape");
  await expect(status.getByRole("button", { name: "Add a label to Expired" })).toBeFocused();

  await press(`Rename “${word}”`);
  await field(status, `Rename “${word}”`).fill(other);
  await page.keyboard.press("Enter");
  await expect(status.getByRole("button", { name: `Rename “${other}”` })).toBeFocused();

  await press(`Make “${other}” the default`);
  await expect(status.getByRole("listitem").filter({ hasText: other })).toContainText("Default");
  await press(`Retire “${other}”`);
  await expect(status.getByRole("alert")).toContainText("Make another label of this status the default first.");
  await press("Make “Expired” the default");
  await expect(status.getByRole("status")).toContainText("“Expired” is the default now.");
  await press(`Retire “${other}”`);
  await expect(status.getByRole("status")).toContainText(`“${other}” is retired`);
  await expect(status.getByRole("listitem").filter({ hasText: other })).toHaveCount(0);
  await page.getByLabel("Show retired labels").check();
  await expect(page).toHaveURL(/\?retired=shown$/);
  await press(`Bring “${other}” back`);
  await page.getByLabel("Show retired labels").uncheck();
  await expect(status.getByRole("button", { name: `Rename “${other}”` })).toBeVisible();
  await look(page, "labels");
});

test("two people change the settings at once: both see it, and nothing typed is lost", async ({
  page,
  anotherPage,
  installation,
  look,
}) => {
  const before = await settingsOf(installation);
  const colleague = await anotherPage();
  await Promise.all([
    signIn(page, await installation.makeUser("administrator")),
    signIn(colleague, await installation.makeUser("administrator")),
  ]);
  for (const one of [page, colleague]) {
    await one.goto("/settings");
    await expect(save(one)).toBeDisabled();
  }

  await field(page, "Resting time").fill("45");
  await field(page, "Most active cards of a customer").fill("7");
  await page.getByLabel("Blocked").check();
  await expect(page.getByText(/^Not saved yet: /)).toContainText("Resting time");
  await field(colleague, "Download window").fill("60");
  await field(colleague, "Resting time").fill("10");
  await save(colleague).click();
  await expect(colleague.getByText("Saved.", { exact: true })).toBeVisible();

  await save(page).click();
  const told = page.getByRole("alert");
  await expect(told).toContainText("Download window: it was 30 days, now it is 60 days.");
  await expect(told).toContainText("Resting time: it was 90 days, now it is 10 days. You have 45 days here");
  await expect(field(page, "Resting time")).toHaveValue("45 days");
  await expect(field(page, "Download window")).toHaveValue("60 days");
  await look(page, "settings");
  await save(page).click();
  await expect(page.getByText("Saved.", { exact: true })).toBeVisible();
  await expect(save(page)).toBeDisabled();
  expect(await settingsOf(installation)).toMatchObject({
    resting_days: 45,
    download_days: 60,
    max_active_cards_per_customer: 7,
    active_statuses: ["inactive", "active", "suspended", "blocked"],
  });

  await field(page, "Download window").fill("9999");
  await save(page).click();
  await expect(page.getByText("Must be between 1 and 3650.")).toBeVisible();
  await page.getByRole("button", { name: "Discard changes" }).click();
  await expect(field(page, "Download window")).toHaveValue("60 days");

  const { version: _, ...restored } = before;
  await installation.api("PATCH", "/v1/settings", restored);
});

test("the source of cards is made in place and the one-time code switched on", async ({ page, installation, look }) => {
  const before = await settingsOf(installation);
  const channel = installation.unique("Call centre ");
  await signIn(page, await installation.makeUser("administrator"));
  await page.goto("/issual");
  await page.getByRole("button", { name: "Add a source" }).click();
  await field(page, "Channel").fill(channel);
  await field(page, "Account").fill("Mumbai");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("combobox", { name: "Source and account" })).toHaveValue(`${channel} · Mumbai`);

  await page.getByRole("switch", { name: "Ask for a one-time code" }).press("Space");
  await page.getByRole("radio", { name: "Both" }).check();
  page.once("dialog", (question) => void question.dismiss());
  await page.getByRole("link", { name: "Global settings" }).click();
  await expect(page).toHaveURL(/\/issual$/); // asked, and stayed
  await look(page, "issual-settings");
  await save(page).click();
  await expect(page.getByText("Saved.", { exact: true })).toBeVisible();
  const after = await settingsOf(installation);
  expect(after).toMatchObject({ otp: { enabled: true, channel: "both" } });
  expect(after.issuing_source_id).not.toBe(before.issuing_source_id);

  await signOutAndIn(page, await installation.makeUser("agent"));
  await page.goto("/issual");
  await expect(page.getByText("by SMS and email")).toBeVisible();
  await expect(save(page)).toHaveCount(0);
  const { version: _, ...restored } = before;
  await installation.api("PATCH", "/v1/settings", restored);
});

async function signOutAndIn(page: Page, user: { name: string; password: string }): Promise<void> {
  await page.getByRole("button", { name: /^Your account/ }).click();
  await page.getByRole("menuitem", { name: "Sign out", exact: true }).click();
  await expect(page.getByRole("button", { name: "Sign in", exact: true })).toBeVisible();
  await signIn(page, user);
}
