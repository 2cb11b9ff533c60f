import { expect, signIn, test } from "./fixtures";
import {
  button,
  cardsOf,
  codeField,
  issuedHeading,
  makeBatch,
  makeNumbers,
  numberField,
  openIssue,
  resetIssuing,
  setUpIssuing,
} from "./support/issuing";

test.afterEach(({ installation }) => resetIssuing(installation));

test("an agent generates a card with a code by mail, without a mouse", async ({ page, installation, look }) => {
  await setUpIssuing(installation, { enabled: true, channel: "email" });
  const series = await installation.makeSeries({ max_active_cards_per_customer: 1 });
  await installation.makeSeries();
  const customer = await installation.makeCustomer();
  await signIn(page, await installation.makeUser("agent"));
  await page.goto(`/members/${customer.id}/issue`);

  const key = (name: string) => page.keyboard.press(name);
  await expect(numberField(page)).toBeFocused();
  await key("Shift+Tab");
  await key("ArrowRight");
  await expect(page.getByRole("tab", { name: "Generate and link card number" })).toBeFocused();
  await expect(page.getByRole("combobox", { name: "Card series" })).toBeVisible();
  await key("Tab");
  await page.keyboard.type(series.code);
  await expect(page.getByRole("listbox").getByRole("option")).toHaveText([`${series.name} (${series.code})`]);
  await key("Enter");
  await key("Tab");
  await page.keyboard.type("Issued");
  await key("Tab");
  await key("Tab");
  await expect(button(page, "Send OTP")).toBeFocused();
  await key("Enter");

  await expect(codeField(page)).toBeFocused();
  await expect(page.getByText(/sent by email to a•••@example\.com\. 5 tries left/)).toBeVisible();
  await expect(page.getByText(/Valid for another (10:00|9:\d\d)\. Another code may be sent in 0:\d\d\./)).toBeVisible();
  await expect(button(page, "Send a new code")).toBeDisabled();
  await look(page, "issue-generate");
  await page.keyboard.type(await installation.waitForCode(customer.email ?? ""));
  await key("Enter");

  await expect(issuedHeading(page)).toBeFocused();
  const [card] = await cardsOf(installation, customer);
  expect(card).toMatchObject({ series_id: series.id, status_label: "Issued", customer_id: customer.id });
  await expect(page.getByText("shown only now")).toBeVisible();
  await expect(page.getByText("1 active, no limit")).toBeVisible();
  await look(page, "issue-done");
  await key("Tab");
  await key("Enter");
  await expect(button(page, "Copied")).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const revealed = await installation.api("POST", `/v1/cards/${card?.id}/reveal`, { reason: "to compare" });
  expect(copied).toBe(revealed.number);
  expect(page.url()).not.toContain(copied);

  // A second one is refused by the series; that is told before anything is sent.
  await key("Tab");
  await key("Tab");
  await expect(button(page, "Issue another")).toBeFocused();
  await key("Enter");
  await expect(page.getByText("has 1 of 1 active cards of this series")).toBeVisible();
  await expect(page.getByText(copied)).toHaveCount(0);
});

test("a number is linked, and each that cannot be says why", async ({ page, installation, look }) => {
  await setUpIssuing(installation, { enabled: false });
  const issue = (number: string | undefined, customer: { id: string }) =>
    installation.api("POST", "/v1/cards", { number, customer_id: customer.id });
  const numbering = { method: "sequential", check_digit: "luhn" };
  const series = await installation.makeSeries({ numbering });
  const [free, theirs, own, rests, later] = await makeNumbers(installation, series, 5);
  const closed = await installation.makeSeries({ numbering: { ...numbering, check_digit: "none" } });
  const [inactive] = await makeNumbers(installation, closed, 1);
  const batch = await makeBatch(installation, series, 1);
  const [customer, other] = [await installation.makeCustomer(), await installation.makeCustomer()];
  const taken = await issue(theirs, other);
  await issue(own, customer);
  const unlinked = await issue(rests, other);
  await installation.api("POST", `/v1/cards/${unlinked.id}/unlink`, { reason: "requested" });
  await installation.api("POST", `/v1/batches/${batch.id}/void`, { reason: "lost by the printer" });
  await installation.api("PATCH", `/v1/series/${closed.id}`, { active: false });

  await signIn(page, await installation.makeUser("agent"));
  await openIssue(page, customer, "link");
  const wrongDigit = `${free?.slice(0, -1)}${(Number(free?.at(-1)) + 1) % 10}`;
  const answers: [string | undefined, RegExp][] = [
    [theirs, /Another card has this number/],
    [own, /Asha Rao \d+ has this card already/],
    [`${closed.code}99999999999`, /never generated or registered/],
    [rests, /rests until .*20\d\d/],
    [wrongDigit, /check digit does not fit/],
    ["ZZZZ 1234 5678", /No series has numbers like this one/],
    [inactive, new RegExp(`series ${closed.name} \\(${closed.code}\\), which is not active`)],
    [batch.numbers[0], /batch this number was generated in is void/],
    [free?.replace(/(.{4})/g, "$1 "), new RegExp(`can be linked. It belongs to series ${series.name}`)],
  ];
  for (const [number, answer] of answers) {
    await numberField(page).fill(number ?? "");
    await numberField(page).press("Enter");
    await expect(page.getByRole("status").filter({ hasText: answer })).toBeVisible();
    if (number === theirs) {
      await expect(page.getByRole("link", { name: /Open the customer who has it/ })).toHaveAttribute(
        "href",
        `/members/${other.id}?card=${taken.id}`,
      );
      await look(page, "issue-link");
    }
  }
  await expect(codeField(page)).toHaveCount(0);
  await expect(button(page, "Send OTP")).toHaveCount(0);
  await numberField(page).fill("12");
  await button(page, "Submit").click();
  await expect(page.getByText("5 to 150 letters and digits")).toBeVisible();

  await numberField(page).fill(free ?? "");
  await button(page, "More: nickname, external id").click();
  await page.getByLabel("Nickname").fill("Blue one");
  await button(page, "Submit").click();
  await expect(issuedHeading(page)).toBeFocused();
  expect((await cardsOf(installation, customer))[0]).toMatchObject({ nickname: "Blue one", status_label: "Active" });
  expect(page.url()).not.toContain(free);

  // Somebody else is faster between the check and Submit: nothing typed is lost, and the reason is told.
  await button(page, "Issue another").click();
  await numberField(page).fill(later ?? "");
  await button(page, "Check availability").click();
  await expect(page.getByText("This number can be linked.")).toBeVisible();
  await issue(later, other);
  await button(page, "Submit").click();
  await expect(page.getByText("This number cannot be linked any more.")).toBeVisible();
  await expect(page.getByRole("link", { name: /Open the customer who has it/ })).toBeVisible();
  await expect(numberField(page)).toHaveValue(later ?? "");
  await expect(numberField(page)).toBeFocused();
});
