import { readFile } from "node:fs/promises";

import { expect, fillSignIn, signIn, test } from "./fixtures";

test("a refused sign-in is found, opened and exported", async ({ page, installation, anotherPage, look }) => {
  const auditor = await installation.makeUser("auditor");
  const victim = await installation.makeUser("agent");
  const stranger = await anotherPage();
  await stranger.goto("/");
  for (let tries = 0; tries < 3; tries += 1) {
    await fillSignIn(stranger, { name: victim.name, password: `a guess of mine ${tries}` });
    await expect(stranger.getByRole("alert")).toBeVisible();
    await stranger.reload();
  }

  await signIn(page, auditor);
  await page.goto("/audit");
  await page.getByRole("button", { name: "Refused only" }).click();
  await page.getByRole("button", { name: "Today" }).click();
  await page.getByRole("combobox", { name: "Action" }).fill("Sign-in");
  await page.getByRole("option", { name: "Sign-in", exact: true }).click();
  await expect(page).toHaveURL(/result=refused/);
  const rows = page.getByRole("row").filter({ hasText: "Sign-in" });
  await expect(rows.filter({ hasText: "Done" })).toHaveCount(0);
  await expect(rows.first()).toContainText("Refused");
  await expect(rows.first()).toContainText("Name or password is wrong");
  const listed = await rows.count();
  expect(listed).toBeGreaterThanOrEqual(3);

  const details = page.getByRole("button", { name: /^Details of Sign-in/ }).first();
  await details.click();
  await expect(details).toHaveAttribute("aria-expanded", "true");
  await expect(page.getByText("Seal (SHA-256)")).toBeVisible();
  await expect(page.getByText(/^req_/)).toBeVisible();
  await look(page, "audit");

  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export (.csv)" }).click();
  const file = await readFile(await (await download).path(), "utf8");
  const lines = file.trimEnd().split("\r\n");
  expect(lines[0]).toMatch(/^at,actor,/);
  expect(lines.length - 1).toBe(listed);
  await expect(page.getByRole("status").filter({ hasText: `is saved: ${listed} records` })).toBeVisible();
});

test("an export goes on from reply to reply, and the filters stay in the address", async ({ page, installation }) => {
  const series = await installation.makeSeries();
  for (let i = 0; i < 5; i += 1) {
    await installation.api("PATCH", `/v1/series/${series.id}`, { name: `Name ${i}` });
  }
  await signIn(page, installation.owner);
  await page.goto(`/audit?subject=${series.id}`);
  await expect(page.getByRole("link", { name: series.id })).toHaveCount(6);
  await page.getByRole("button", { name: /^Details of Series created/ }).click();
  await page.getByRole("button", { name: "Only this action" }).click();
  await expect(page.getByRole("link", { name: series.id })).toHaveCount(1);
  await page.goBack();
  await expect(page.getByRole("link", { name: series.id })).toHaveCount(6);

  // Two records a reply; as many as fit are otherwise 10,000.
  await page.route("**/v1/audit.csv?*", (route) => route.continue({ url: `${route.request().url()}&limit=2` }));
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export (.csv)" }).click();
  const lines = (await readFile(await (await download).path(), "utf8")).trimEnd().split("\r\n");
  expect(lines).toHaveLength(7);
  expect(lines.filter((line) => line.startsWith("at,"))).toHaveLength(1);
  expect(lines.slice(1).every((line) => line.includes(series.id))).toBe(true);
});
