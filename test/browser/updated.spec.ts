import { expect, signIn, test } from "./fixtures";

test("a page older than the program says so, and the rest of it goes on", async ({ page, installation, watch }) => {
  await signIn(page, installation.owner);
  watch.allow(/Failed to fetch dynamically imported module|status of 404/);
  // The files of an older build are gone.
  await page.route(/\/assets\/AuditScreen-.*\.js/, (route) => route.fulfill({ status: 404, body: "" }));
  await page.getByRole("link", { name: "Audit", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("This screen could not be shown");
  await page.getByRole("link", { name: "Status labels" }).click();
  await expect(page.getByRole("heading", { name: "Status labels", level: 1 })).toBeVisible();
  await page.unroute(/\/assets\/AuditScreen-.*\.js/);
  await page.goto("/audit");
  await expect(page.getByRole("heading", { name: "Audit", level: 1 })).toBeVisible();
});
