import { expect, field, signIn, test, type Page } from "./fixtures";

/** The check digit of ISO/IEC 7812-1 annex B, over the decimal digits of the number. */
function luhnHolds(number: string): boolean {
  const digits = [...number.replace(/\D/g, "")].reverse().map(Number);
  const sum = digits.reduce((total, digit, place) => {
    const weighed = place % 2 === 1 ? digit * 2 : digit;
    return total + (weighed > 9 ? weighed - 9 : weighed);
  }, 0);
  return sum % 10 === 0;
}

const choose = async (page: Page, label: string, option: string) => {
  await page.getByRole("combobox", { name: label }).click();
  await page.getByRole("option", { name: option, exact: true }).click();
};

test("a series is made under a live preview, with faults at their fields", async ({
  page,
  installation,
  look,
}) => {
  const other = await installation.makeSeries();
  const code = installation.unique("NEW");
  await signIn(page, await installation.makeUser("operations"));
  await page.goto("/series");
  await page.getByRole("link", { name: "Create series" }).click();

  await expect(field(page, "Name")).toBeFocused();
  await page.keyboard.type("Harbour card");
  await field(page, "Code").fill(other.code);
  await choose(page, "Check digit", "None");
  await field(page, "Prefix").fill(other.code);
  const overlap = new RegExp(`could equal those of series ${other.code}`);
  await expect(field(page, "Prefix")).toHaveAccessibleDescription(overlap);
  await expect(page.getByText("There is no preview until the marked fields are put right.")).toBeVisible();
  await choose(page, "Check digit", "Luhn (most cards)");
  await field(page, "Prefix").fill(code);
  await expect(page.getByText("100,000,000 numbers")).toBeVisible();
  const examples = page.getByRole("list", { name: "The first numbers could be" }).getByRole("listitem");
  await expect(examples).toHaveCount(5);
  for (const example of await examples.allTextContents()) {
    expect(example).toMatch(new RegExp(`^${code}\\d{9}$`));
    expect(luhnHolds(example)).toBe(true);
  }
  await page.getByRole("radio", { name: "After months" }).check();
  await field(page, "Months after issue").fill("24");
  await expect(page.getByText(`would expire on`)).toContainText(String(new Date().getUTCFullYear() + 2));
  await page.evaluate(() => window.scrollTo(0, 0));
  await look(page, "series-new");

  await page.getByRole("button", { name: "Create series" }).click();
  await expect(field(page, "Code")).toBeFocused();
  await expect(field(page, "Code")).toHaveAccessibleDescription(/You have a series with this code already/);
  await expect(field(page, "Prefix")).toHaveValue(code);
  await field(page, "Code").fill(code);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Harbour card" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Generate numbers" })).toBeFocused();
  const made = await installation.api("GET", `/v1/series?code=${code}`);
  expect(made.data[0]).toMatchObject({ name: "Harbour card", expiry: { after: 24, unit: "months" } });
});

test("a series is changed while somebody else does, retired and brought back", async ({ page, installation, look }) => {
  const series = await installation.makeSeries({ name: "Harbour card" });
  const path = `/v1/series/${series.id}`;
  await signIn(page, await installation.makeUser("operations"));
  await page.goto(`/series/${series.id}`);
  await page.getByRole("button", { name: "Edit name and rules" }).click();
  await expect(field(page, "Name")).toBeFocused();
  await page.keyboard.type(" of the year");
  await installation.api("PATCH", path, { max_cards_per_customer: 7 });
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("alert")).toContainText("Somebody else changed this series meanwhile.");
  await page.getByRole("button", { name: "Load it again" }).click();
  await expect(field(page, "Most cards per customer")).toHaveValue("7");
  await expect(field(page, "Name")).toHaveValue("Harbour card of the year");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("button", { name: "Edit name and rules" })).toBeFocused();
  expect(await installation.api("GET", path)).toMatchObject({
    name: "Harbour card of the year",
    max_cards_per_customer: 7,
  });
  await page.reload();
  await look(page, "series-one");

  await page.getByRole("button", { name: "Retire" }).click();
  await expect(page.getByRole("dialog")).toContainText("Cards already issued stay as they are and keep working.");
  await page.getByRole("button", { name: "Retire the series" }).click();
  await expect(page.getByText("This series is retired")).toBeVisible();
  await expect(page.getByRole("link", { name: "Generate numbers" })).toHaveCount(0);
  await page.getByRole("button", { name: "Bring back" }).click();
  await page.getByRole("button", { name: "Bring it back" }).click();
  await expect(page.getByRole("link", { name: "Generate numbers" })).toBeVisible();
});

test("what a payment series does not leave to choose is settled in the form", async ({ page, installation }) => {
  const code = installation.unique("DEBIT");
  await signIn(page, await installation.makeUser("administrator"));
  await page.goto("/series/new");
  await field(page, "Name").fill("Debit card");
  await field(page, "Code").fill(code);
  await field(page, "Suffix").fill("2026");
  await page.getByRole("radio", { name: "Sequential: one after the other" }).check();
  await choose(page, "Kind", "Debit");
  await expect(field(page, "Suffix")).toHaveCount(0);
  await expect(page.getByRole("radiogroup", { name: "Order of the numbers" })).toHaveCount(0);
  await field(page, "Prefix").fill("CARD");
  await expect(field(page, "Prefix")).toHaveAccessibleDescription(/A payment series has a prefix of digits/);
  await field(page, "Prefix").fill("9400");
  await expect(page.getByText("100,000,000,000 numbers")).toBeVisible();
  await page.getByRole("button", { name: "Create series" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Debit card" })).toBeVisible();
  const made = await installation.api("GET", `/v1/series?code=${code}`);
  const settled = { suffix: "", method: "random", check_digit: "luhn", start: 0 };
  expect(made.data[0].numbering).toMatchObject({ prefix: "9400", ...settled });
});

test("a number made elsewhere is checked, and registered once", async ({ page, installation }) => {
  const series = await installation.makeSeries({ numbering: { check_digit: "luhn", generation: false } });
  const body = `${series.code}0000012345`;
  const number = [..."0123456789"].map((digit) => body + digit).find(luhnHolds) ?? "";
  const wrong = body + String((Number(number.at(-1)) + 1) % 10);
  await signIn(page, await installation.makeUser("operations"));
  await page.goto(`/series/${series.id}`);
  await page.getByRole("button", { name: "Check or register a number" }).click();
  const dialog = page.getByRole("dialog");
  const check = async (typed: string, answer: string) => {
    await field(dialog, "Card number").fill(typed);
    await page.keyboard.press("Enter");
    await expect(dialog.getByRole("status")).toContainText(answer);
  };
  await check(wrong, "The check digit is wrong.");
  await expect(dialog.getByRole("button", { name: "Register the number" })).toHaveCount(0);
  await check(number, "neither generated nor registered");
  await dialog.getByRole("button", { name: "Register the number" }).click();
  await expect(dialog.getByText("Registered:")).not.toContainText(number);
  await dialog.getByRole("button", { name: "Register another" }).click();
  await expect(field(dialog, "Card number")).toBeFocused();
  await check(number, "Free: it can be given to a customer.");
  expect(page.url()).not.toContain(series.code);
});

test("the list shows the space and keeps its filters in the address; an agent only reads", async ({
  page,
  anotherPage,
  installation,
  look,
}) => {
  const series = await installation.makeSeries({ numbering: { length: 9 } });
  await installation.api("POST", `/v1/series/${series.id}/batches`, { count: 9100 });
  const retired = await installation.makeSeries({ active: false });
  await signIn(page, await installation.makeUser("operations"));
  await page.goto("/series");
  const row = page.getByRole("row").filter({ hasText: series.code });
  await expect(row).toContainText("9,100 of 10,000 used (91%)");
  await expect(row).toContainText("Nearly full: plan another series.");
  await look(page, "series");

  await page.getByRole("combobox", { name: "State" }).click();
  await page.getByRole("option", { name: "Retired" }).click();
  await field(page, "Code").fill(retired.code);
  await expect(page).toHaveURL(`/series?state=inactive&code=${retired.code}`);
  await expect(page.getByRole("row")).toHaveCount(2);
  await page.reload();
  await expect(field(page, "Code")).toHaveValue(retired.code);
  await expect(page.getByRole("link", { name: retired.name })).toBeVisible();

  const agents = await anotherPage();
  await signIn(agents, await installation.makeUser("agent"));
  await agents.goto("/series");
  await expect(agents.getByRole("link", { name: series.name })).toBeVisible();
  await expect(agents.getByRole("link", { name: "Create series" })).toHaveCount(0);
  await agents.getByRole("link", { name: series.name }).click();
  await expect(agents.getByRole("heading", { level: 1, name: series.name })).toBeVisible();
  await expect(agents.getByRole("button", { name: /Edit|Retire/ })).toHaveCount(0);
  await agents.goto("/series/new");
  await expect(agents.getByRole("heading", { level: 1 })).toHaveText("Your role does not allow this");
});
