import { expect, signIn, test, type Page } from "./fixtures";

const figure = (page: Page, label: string) => page.getByRole("link", { name: new RegExp(`^${label}: \\d`) });

async function valueOf(page: Page, label: string): Promise<number> {
  const name = await figure(page, label).getAttribute("aria-label");
  return Number(name?.slice(name.lastIndexOf(":") + 1).replaceAll(",", ""));
}

test("the overview counts what was issued, and leads to where one acts", async ({ page, installation, look }) => {
  const series = await installation.makeSeries({ numbering: { length: 7 } }); // its code and 100 numbers
  const other = await installation.makeSeries();
  await signIn(page, installation.owner);
  await page.goto("/overview");
  const before = {
    hands: await valueOf(page, "Cards in customers' hands"),
    today: await valueOf(page, "Issued today"),
    ready: await valueOf(page, "Numbers ready to issue"),
    full: await valueOf(page, "Series nearly full"),
  };

  await installation.api("POST", `/v1/series/${series.id}/batches`, { count: 90 });
  const cards: { id: string }[] = [];
  for (let i = 0; i < 5; i += 1) {
    const customer = await installation.makeCustomer();
    cards.push(await installation.api("POST", "/v1/cards", { customer_id: customer.id, series_id: other.id }));
  }
  const change = (index: number, status: string) =>
    installation.api("PATCH", `/v1/cards/${cards[index]?.id}`, { status, reason: "requested" });
  await change(0, "suspended");
  await change(1, "closed");

  await page.goto("/overview?all=1"); // other tests' series may be the first twelve
  await expect.poll(() => valueOf(page, "Cards in customers' hands")).toBe(before.hands + 4);
  expect(await valueOf(page, "Issued today")).toBe(before.today + 5);
  expect(await valueOf(page, "Numbers ready to issue")).toBe(before.ready + 90);
  expect(await valueOf(page, "Series nearly full")).toBe(before.full + 1);
  const row = page.getByRole("row", { name: other.name });
  await expect(row).toContainText("Active 3");
  await expect(row).toContainText("Suspended 1");
  await expect(row).toContainText("Closed 1");
  await expect(page.getByRole("row", { name: series.name })).toContainText("10 left (90% used)");
  await look(page, "overview");

  // One series by day: by picture, by arrow keys and as a table, and all of it in the address.
  await page.getByRole("combobox", { name: "Series", exact: true }).fill(other.name);
  await page.getByRole("option", { name: other.name }).click();
  await expect(page.getByRole("img", { name: /^5 cards issued from / })).toBeVisible();
  const picker = page.getByRole("slider", { name: "Day" });
  await picker.focus();
  await expect(page.getByText(/: 5 issued, 1 closed$/)).toBeVisible();
  await page.keyboard.press("ArrowLeft");
  await expect(page.getByText(/: 0 issued, 0 closed$/)).toBeVisible();
  await page.getByText("52 weeks").click();
  await page.getByRole("switch", { name: "Show as table" }).last().click();
  await page.reload();
  await expect(page).toHaveURL(/series=.*days=364/);
  await expect(page.getByRole("table").last().getByRole("row")).toHaveText([/Issued/, /51$/]);

  await page.getByRole("link", { name: series.name }).first().click();
  await expect(page).toHaveURL(`/series/${series.id}`);
});

test("an organisation without a series is told where to begin", async ({ page, installation }) => {
  await page.route("**/v1/reports/series?*", (route) => route.fulfill({ json: { data: [], next: null } }));
  await signIn(page, installation.owner);
  await page.goto("/overview");
  await page.getByRole("region", { name: "Start here" }).getByRole("link", { name: "Create a series" }).click();
  await expect(page).toHaveURL("/series/new");
});
