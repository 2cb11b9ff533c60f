import { readFileSync } from "node:fs";

import { expect, field, signIn, test, type Page } from "./fixtures";

interface Batch {
  id: string;
}

const linesOf = (path: string): string[] => readFileSync(path, "utf8").trimEnd().split("\n");

const throttle = async (page: Page) => {
  const network = await page.context().newCDPSession(page);
  const others = { offline: false, latency: 0, uploadThroughput: -1 };
  const set = (downloadThroughput: number) =>
    network.send("Network.emulateNetworkConditions", { ...others, downloadThroughput });
  return { slow: (bytesPerSecond: number) => set(bytesPerSecond), free: () => set(-1) };
};

const startDownload = async (page: Page, row: RegExp | string, format: ".txt" | ".csv") => {
  await page.getByRole("row").filter({ hasText: row }).getByRole("button", { name: /^Download numbers/ }).click();
  await page.getByRole("menuitem", { name: format }).click();
};

test("100,000 cards are generated and downloaded in both forms, with progress, and voided", async ({
  page,
  installation,
  look,
}) => {
  const series = await installation.makeSeries({ numbering: { length: 16, check_digit: "luhn" } });
  const label = installation.unique("At the bureau ");
  await installation.api("POST", "/v1/status-labels", { label, status: "not_issued" });
  await signIn(page, await installation.makeUser("operations"));
  await page.goto(`/series/${series.id}`);
  await page.getByRole("link", { name: "Generate numbers" }).click();
  const dialog = page.getByRole("dialog");
  await expect(field(dialog, "Number of cards")).toBeFocused();
  await expect(dialog.getByRole("combobox", { name: "Series" })).toHaveValue(`${series.name} (${series.code})`);
  await page.keyboard.type("200000000");
  await dialog.getByRole("button", { name: "Generate cards" }).click();
  await expect(field(dialog, "Number of cards")).toHaveAccessibleDescription(/from 1 to 100,000,000/);
  await dialog.getByRole("button", { name: "100,000" }).click();
  await expect(field(dialog, "Number of cards")).toHaveValue("100,000");
  await dialog.getByRole("combobox", { name: "Status" }).click();
  await page.getByRole("option", { name: label }).click();
  await field(dialog, "Purpose (optional)").fill("Autumn print run");
  await expect(dialog.getByRole("status")).toContainText("9,999,900,000 numbers are left.");
  await look(page, "batch-generate");
  await dialog.getByRole("button", { name: "Generate cards" }).click();
  await expect(dialog.getByRole("status")).toContainText(`100,000 cards of ${series.code} are generated.`);
  await expect(page).toHaveURL(new RegExp(`series_id=${series.id}`));
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await expect(page.getByRole("button", { name: "Generate", exact: true })).toBeFocused();

  const row = page.getByRole("row").filter({ hasText: "Autumn print run" });
  await expect(row).toContainText(label);
  const network = await throttle(page);
  await network.slow(400_000);
  await startDownload(page, "Autumn print run", ".csv");
  await page.getByRole("button", { name: "Cancel the download" }).click();
  await expect(page.getByText("Nothing was saved.")).toBeVisible();

  await startDownload(page, "Autumn print run", ".txt");
  const bar = page.getByRole("progressbar", { name: `Downloading ${series.code}-100000.txt` });
  await expect.poll(async () => Number(await bar.getAttribute("aria-valuenow"))).toBeGreaterThan(0);
  await expect(page.getByText(/ of 1\.7 MB · .* a second/)).toBeVisible();
  const saved = page.waitForEvent("download");
  await network.free();
  const file = await saved;
  expect(file.suggestedFilename()).toBe(`${series.code}-100000.txt`);
  const numbers = linesOf(await file.path());
  expect(numbers).toHaveLength(100_000);
  expect(new Set(numbers).size).toBe(100_000);
  expect(numbers.every((number) => number.length === 16 && number.startsWith(series.code))).toBe(true);
  await expect(page.getByText(`${series.code}-100000.txt is saved: 100,000 numbers, 1.7 MB.`)).toBeVisible();

  const csvSaved = page.waitForEvent("download");
  await startDownload(page, "Autumn print run", ".csv");
  const [heading, ...rows] = linesOf(await (await csvSaved).path());
  expect(heading?.trim().split(",")[0]).toBe("number");
  expect(rows.map((line) => line.split(",")[0])).toEqual(numbers);
  await expect(row).toContainText("Downloaded 3 times");

  await row.getByRole("button", { name: /^More/ }).click();
  await page.getByRole("menuitem", { name: "Void the batch" }).click();
  await expect(field(dialog, "Reason")).toBeFocused();
  await page.keyboard.type("Lost on the way to the bureau");
  await field(dialog, "Type 100,000 to confirm").fill("10000");
  await dialog.getByRole("button", { name: "Void the batch" }).click();
  await expect(field(dialog, "Type 100,000 to confirm")).toHaveAccessibleDescription(/not the number of cards/);
  await field(dialog, "Type 100,000 to confirm").fill("100,000");
  await page.keyboard.press("Enter");
  await expect(row).toContainText("Voided on");
  await expect(row.getByRole("button")).toHaveCount(0);
});

test("a download goes on where the connection broke", async ({ page, installation, watch }) => {
  const series = await installation.makeSeries();
  await installation.api("POST", `/v1/series/${series.id}/batches`, { count: 1_000_000 });
  await signIn(page, await installation.makeUser("operations"));
  await page.goto(`/batches?series_id=${series.id}`);
  watch.allow(/net::ERR_|status of 50\d/);
  const network = await throttle(page);
  await network.slow(2_000_000);
  await startDownload(page, series.code, ".txt");
  await expect(page.getByText(/ of 17 MB /)).toBeVisible();
  await installation.kill9();
  await expect(page.getByText("Going on where it stopped.")).toBeVisible({ timeout: 15_000 });
  const saved = page.waitForEvent("download");
  await installation.start();
  await network.free();
  const numbers = linesOf(await (await saved).path());
  expect(numbers).toHaveLength(1_000_000);
  expect(new Set(numbers).size).toBe(1_000_000);
});

test("labels change, closing downloads are found, and each role has only what it may do", async ({
  page,
  anotherPage,
  installation,
  look,
}) => {
  const draw = async (fields: Record<string, unknown>, purpose: string) => {
    const series = await installation.makeSeries(fields);
    await installation.api<Batch>("POST", `/v1/series/${series.id}/batches`, { count: 10, purpose });
    return series;
  };
  const label = installation.unique("In the stores ");
  await installation.api("POST", "/v1/status-labels", { label, status: "not_issued" });
  await draw({ kind: "prepaid", numbering: { prefix: "9411", length: 16, check_digit: "luhn" } }, "Payment");
  await draw({}, "Long open");
  await installation.api("PATCH", "/v1/settings", { download_days: 3 });
  await draw({}, "Closing soon");
  await installation.api("PATCH", "/v1/settings", { download_days: 30 });

  await signIn(page, await installation.makeUser("operations"));
  await page.goto("/batches");
  const row = (purpose: string) => page.getByRole("row").filter({ hasText: purpose });
  await expect(row("Payment")).toContainText("needs a permission of its own");
  await expect(row("Payment").getByRole("button", { name: /^Download/ })).toHaveCount(0);
  await row("Long open").getByRole("button", { name: /^More/ }).click();
  await page.getByRole("menuitem", { name: "Change the label" }).click();
  await page.getByRole("dialog").getByRole("combobox", { name: "Label" }).click();
  await page.getByRole("option", { name: label }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Change the label" }).click();
  await expect(row("Long open")).toContainText(label);
  await expect(row("Long open").getByRole("button", { name: /^More/ })).toBeFocused();
  await look(page, "batches");

  await page.getByRole("switch", { name: /closes within 7 days/ }).check();
  await expect(page).toHaveURL("/batches?closing_within_days=7");
  await expect(row("Closing soon")).toContainText("3 days left");
  await expect(row("Long open")).toHaveCount(0);
  await installation.endDownloads();
  await startDownload(page, "Closing soon", ".txt");
  const refused = page.getByRole("alert").filter({ hasText: "The time to download these numbers is over." });
  await expect(refused).toBeVisible();
  await page.goto("/batches");
  await expect(row("Closing soon")).toContainText("Over since");
  await expect(row("Closing soon").getByRole("button", { name: /^Download/ })).toHaveCount(0);

  const agents = await anotherPage();
  await signIn(agents, await installation.makeUser("agent"));
  await agents.goto("/batches");
  await expect(agents.getByRole("row").filter({ hasText: "Closing soon" })).toBeVisible();
  await expect(agents.getByRole("button", { name: /Generate|Download|More/ })).toHaveCount(0);
});
