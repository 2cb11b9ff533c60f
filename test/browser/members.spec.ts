import { expect, field, signIn, test, type Page } from "./fixtures";
import type { Installation } from "./support/installation";

const searchBox = (page: Page) => page.getByRole("textbox", { name: "Find a customer" });
const dialog = (page: Page) => page.getByRole("dialog");
const result = (page: Page, name: string) => page.getByRole("list", { name: "Results" }).getByRole("link", { name });

/** Nothing of what was searched, typed or shown may stand in the address or stay in the browser. */
async function expectNoTrace(page: Page, ...secrets: string[]): Promise<void> {
  const kept = await page.evaluate(() =>
    JSON.stringify([location.href, document.title, history.state, { ...localStorage }, { ...sessionStorage }]),
  );
  for (const secret of secrets) expect(decodeURIComponent(kept)).not.toContain(secret);
}

/** A customer with two cards in use, and one that is closed. */
async function makeCards(installation: Installation) {
  const series = await installation.makeSeries({ name: "Gold card", expiry: { after: 730, unit: "days" } });
  const customer = await installation.makeCustomer();
  const issue = () => installation.api("POST", "/v1/cards", { customer_id: customer.id, series_id: series.id });
  const [over, card, newer] = [await issue(), await issue(), await issue()];
  await installation.api("PATCH", `/v1/cards/${over.id}`, { status: "closed", reason: "lost" });
  return { customer, card, newer };
}

test("a customer is found by keyboard alone: by name, mobile and card number", async ({ page, installation, look }) => {
  const series = await installation.makeSeries();
  const family = installation.unique("Okafor");
  const [asha, benjamin] = [`Asha ${family}`, `Benjamin ${family}`];
  await installation.makeCustomer({ last_name: family, verification: "pending" });
  const ben = await installation.makeCustomer({ first_name: "Benjamin", last_name: family });
  const card = await installation.api("POST", "/v1/cards", { customer_id: ben.id, series_id: series.id });
  await signIn(page, await installation.makeUser("agent"));
  await page.goto("/members");
  await expect(searchBox(page)).toBeFocused();

  await page.keyboard.type(family);
  await expect(page.getByRole("status")).toHaveText("2 customers found");
  await expect(result(page, asha)).toContainText("Verification pending");
  await expect(result(page, benjamin)).toContainText("1 card, 1 active");
  await look(page, "member-search");
  await page.keyboard.press("Enter"); // two fit: somebody has to choose
  await expect(result(page, asha)).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(result(page, benjamin)).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: asha })).toBeVisible();
  await expectNoTrace(page, family);

  await page.goBack();
  await expect(searchBox(page)).toHaveValue(family);
  await page.keyboard.type(ben.mobile!.slice(1)); // over what stood there, which is selected
  await page.keyboard.press("Enter"); // before the results are there
  await expect(page.getByRole("heading", { level: 1, name: benjamin })).toBeVisible();

  await page.keyboard.press("/");
  await expect(searchBox(page)).toBeFocused();
  await page.keyboard.type(card.number.replace(/(.{4})/g, "$1 "));
  await expect(result(page, benjamin)).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/members/${ben.id}$`));
  await expectNoTrace(page, card.number, family);
});

test("who is not found is made, once with a fault and then right", async ({ page, installation, look }) => {
  const other = await installation.makeCustomer();
  const mobile = `+9196${installation.unique("").padStart(8, "0")}`;
  await signIn(page, await installation.makeUser("agent"));
  await page.goto("/members");
  await expect(searchBox(page)).toBeFocused();
  await page.keyboard.type(mobile);
  await expect(page.getByText(`Nobody found for “${mobile}”`)).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(field(page, "Mobile")).toHaveValue(mobile);

  await field(page, "First name").fill("Chen");
  await field(page, "Email").fill("chen at example");
  await field(page, "External id").fill(other.external_id!);
  await page.keyboard.press("Enter");
  await expect(field(page, "Email")).toHaveAccessibleDescription(/Enter an email address/);
  await expect(field(page, "Email")).toBeFocused();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type(`chen${mobile.slice(1)}@example.com`);
  await page.keyboard.press("Enter");
  await expect(dialog(page).getByText("There is such a customer already")).toBeVisible();
  await expect(field(page, "External id")).toBeFocused();
  await look(page, "member-new");

  await field(page, "External id").fill("");
  await page.getByLabel("Nationality").selectOption("India");
  await dialog(page).getByRole("button", { name: "Create customer" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Chen" })).toBeVisible();

  await page.getByRole("button", { name: "Edit", exact: true }).click();
  const verifications = dialog(page).getByRole("combobox", { name: "Verification" }).getByRole("option");
  await expect(verifications).toHaveText(["Verified", "Update requested", "On hold"]);
  await field(page, "Email").fill(other.email!);
  await page.keyboard.press("Enter");
  await dialog(page).getByRole("button", { name: "Find by this email" }).click();
  await expect(searchBox(page)).toHaveValue(other.email!);
  await expect(page.getByRole("status")).toHaveText("1 customer found");
  await expectNoTrace(page, mobile, other.email!);
});

test("a card is frozen, and its status changed although somebody else was quicker", async ({
  page,
  installation,
  look,
}) => {
  const { customer, card, newer } = await makeCards(installation);
  await signIn(page, await installation.makeUser("agent"));
  await page.goto(`/members/${customer.id}`);
  await expect(page.getByRole("button", { name: "1 expired or closed card" })).toBeVisible();
  await page.getByRole("link", { name: newer.number_masked }).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: card.number_masked })).toBeFocused();
  const details = page.getByRole("region", { name: card.number_masked });
  const newest = details.getByRole("list", { name: "History" }).getByRole("listitem").first();

  await details.getByRole("button", { name: "Freeze", exact: true }).click();
  await expect(newest).toContainText("Frozen");
  await expect(details.getByRole("button", { name: "Unfreeze" })).toBeFocused();

  await details.getByRole("button", { name: "Change status" }).click();
  await expect(page.getByLabel("New status and label")).toBeFocused();
  await page.getByLabel("New status and label").selectOption("Blocked");
  await page.getByLabel("Reason").selectOption("Stolen");
  await page.getByLabel("Note").fill("Taken from a car");
  await installation.api("PATCH", `/v1/cards/${card.id}`, { nickname: "Company car" });
  const change = dialog(page).getByRole("button", { name: "Change status" });
  await change.click();
  await expect(dialog(page).getByRole("alert", { name: "Somebody else was quicker" })).toBeVisible();
  await expect(page.getByLabel("Note")).toHaveValue("Taken from a car");
  await change.click();
  await expect(newest).toContainText("Reason: Stolen");
  await expect(newest).toContainText("“Taken from a car”");
  await expect(details).toContainText("Company car");
  await expect(details.getByRole("button", { name: "Unlink" })).toHaveCount(0); // not while it is blocked
  await page.reload();
  await expect(newest).toContainText("Blocked");
  await look(page, "member");
});

test("a number is shown for a moment, and the card unlinked", async ({ page, installation }) => {
  const { customer, card, newer } = await makeCards(installation);
  await signIn(page, await installation.makeUser("agent"));
  await page.goto(`/members/${customer.id}?card=${card.id}`);
  const details = page.getByRole("region", { name: card.number_masked });

  await details.getByRole("button", { name: "Show number" }).click();
  await field(page, "Why do you need it?").fill("The customer asked");
  await page.keyboard.press("Enter");
  const shown = details.getByRole("group", { name: "The card's number" });
  await expect(shown).toContainText(card.number);
  await shown.getByRole("button", { name: "Copy number" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(card.number);
  await page.evaluate(() => window.dispatchEvent(new Event("blur")));
  await expect(shown).toHaveCount(0);
  await expect(details.getByRole("button", { name: "Show number" })).toBeFocused();
  await expectNoTrace(page, card.number);

  await details.getByRole("button", { name: "Unlink" }).click();
  await expect(dialog(page)).toContainText("Its number rests for 90 days.");
  await page.getByLabel("Reason").selectOption("Damaged");
  await dialog(page).getByRole("button", { name: "Unlink the card" }).click();
  await expect(details).toHaveCount(0);
  await expect(page.getByRole("heading", { name: newer.number_masked })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Cards", exact: true })).toBeFocused();
});

test("an auditor sees all of it and can change nothing", async ({ page, installation }) => {
  const series = await installation.makeSeries();
  const customer = await installation.makeCustomer();
  const card = await installation.api("POST", "/v1/cards", { customer_id: customer.id, series_id: series.id });
  await signIn(page, await installation.makeUser("auditor"));
  await page.goto("/members");
  await expect(page.getByRole("button", { name: "New customer" })).toHaveCount(0);
  await page.goto(`/members/${customer.id}?card=${card.id}`);
  const details = page.getByRole("region", { name: card.number_masked });
  await expect(details.getByRole("list", { name: "History" })).toContainText("Issued");
  await expect(details.getByRole("button")).toHaveCount(0);
  await expect(page.getByRole("link", { name: "Issue new card" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Edit" })).toHaveCount(0);
});
