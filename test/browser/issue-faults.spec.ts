import type { Page, Route } from "@playwright/test";

import { expect, signIn, test } from "./fixtures";
import {
  button,
  cardsOf,
  codeField,
  issuedHeading,
  makeNumbers,
  numberField,
  openIssue,
  resetIssuing,
  setUpIssuing,
} from "./support/issuing";

const LOST = /Failed to load resource: net::ERR_/;

test.afterEach(({ installation }) => resetIssuing(installation));

/** What becomes of the n-th request that issues a card; counted from 1. */
async function onIssue(page: Page, answer: (route: Route, count: number) => Promise<void>): Promise<() => number> {
  let count = 0;
  await page.route("**/v1/cards", async (route) => {
    if (route.request().method() !== "POST") return await route.continue();
    count += 1;
    await answer(route, count);
  });
  return () => count;
}

test("a wrong, a changed, an exhausted and an old code", async ({ page, installation }) => {
  await setUpIssuing(installation, { enabled: true });
  const series = await installation.makeSeries();
  const [number] = await makeNumbers(installation, series, 1);
  const customer = await installation.makeCustomer();
  const freshCode = () => installation.waitForCode(customer.email ?? "");
  await page.clock.install();
  await signIn(page, await installation.makeUser("agent"));
  await openIssue(page, customer, "link");
  await button(page, "Submit").click();
  await expect(page.getByText("5 to 150 letters and digits")).toBeVisible();
  await numberField(page).fill(number ?? "");
  await button(page, "Submit").click();
  await expect(page.getByText("Send the code to the customer first.")).toBeVisible();
  const sent = page.waitForResponse("**/v1/otp-challenges");
  await button(page, "Send OTP").click();
  const challenge = await (await sent).json();
  await expect(page.getByText(/by SMS to •+\d{3} and by email to a•••@example.com/)).toBeVisible();
  const first = await freshCode();

  // Wrong, and right for something else: only the former reaches the program.
  const wrong = first === "123456" ? "654321" : "123456";
  await codeField(page).fill(wrong);
  await codeField(page).press("Enter");
  await expect(page.getByText("4 tries left.")).toBeVisible();
  await expect(page.getByText("The code is wrong.")).toBeVisible();
  await expect(codeField(page)).toBeFocused();
  await expect(codeField(page)).toHaveValue(wrong);
  await codeField(page).fill(first);
  await page.getByLabel("Card label").selectOption("Issued");
  await expect(page.getByRole("status").filter({ hasText: "You changed the card after the code was" })).toBeVisible();
  const requests: string[] = [];
  page.on("request", (request) => requests.push(`${request.method()} ${new URL(request.url()).pathname}`));
  await button(page, "Submit").click();
  expect(requests).not.toContain("POST /v1/cards");
  await page.getByLabel("Card label").selectOption("Active");
  await expect(page.getByText("4 tries left.")).toBeVisible();

  // Three more elsewhere, and the last one here.
  const order = { customer_id: customer.id, number, status_label: "Active" };
  for (let i = 0; i < 3; i++)
    await expect(
      installation.api("POST", "/v1/cards", { ...order, otp: { challenge_id: challenge.id, code: wrong } }),
    ).rejects.toThrow("otp_wrong");
  await codeField(page).fill(wrong);
  await button(page, "Submit").click();
  await expect(page.getByRole("status").filter({ hasText: "Too many wrong codes." })).toBeVisible();
  await expect(button(page, "Send a new code")).toBeDisabled();
  await installation.endResendPause();
  await page.clock.fastForward(31_000);
  await button(page, "Send a new code").click();
  await expect(codeField(page)).toBeFocused();
  await expect(codeField(page)).toHaveValue("");

  // Too old for the program, whatever this page's clock says.
  await codeField(page).fill(await freshCode());
  await installation.expireCodes();
  await button(page, "Submit").click();
  await expect(page.getByRole("status").filter({ hasText: "The code is too old." })).toBeVisible();
  await installation.endResendPause();
  await page.clock.fastForward(31_000);
  await button(page, "Send a new code").click();

  // Too old by this page's clock.
  await codeField(page).fill(await freshCode());
  await page.clock.fastForward("10:01");
  await expect(page.getByRole("status").filter({ hasText: "The code is too old." })).toBeVisible();
  await installation.endResendPause();
  await button(page, "Send a new code").click();
  await codeField(page).fill(await freshCode());
  await button(page, "Submit").click();
  await expect(issuedHeading(page)).toBeVisible();
  expect(await cardsOf(installation, customer)).toHaveLength(1);
});

test("what is missing is told, with the way to it", async ({ page, installation }) => {
  await setUpIssuing(installation, { enabled: true, channel: "email" });
  const { issuing_source_id } = await installation.api("GET", "/v1/settings");
  const series = await installation.makeSeries({ max_active_cards_per_customer: 1 });
  const customer = await installation.makeCustomer({ email: null });
  await signIn(page, await installation.makeUser("agent"));
  await openIssue(page, customer, "generate", series);
  const refusal = page.getByRole("alert").last();

  // No address to send a code to, until a colleague adds one.
  await expect(page.getByText("this customer has no email address")).toBeVisible();
  await button(page, "Send OTP").click();
  await expect(refusal).toHaveText("The code cannot be sent");
  const customerLink = page.getByRole("link", { name: /Open the customer/ });
  await expect(customerLink).toHaveAttribute("href", `/members/${customer.id}`);
  const email = `${installation.unique("late")}@example.com`;
  await installation.api("PATCH", `/v1/customers/${customer.id}`, { email });
  await button(page, "Send OTP").click();
  await expect(codeField(page)).toBeFocused();
  await installation.api("PATCH", "/v1/settings", { otp: { enabled: false }, issuing_source_id: null });

  await page.reload();
  await button(page, "Submit").click();
  await expect(refusal).toContainText("The source that cards are attributed to is not set.");
  await expect(refusal).toContainText("Ask an administrator");
  await installation.api("PATCH", "/v1/settings", { issuing_source_id });

  // The settings are asked for again with each refusal: a code is wanted now.
  await installation.api("PATCH", "/v1/settings", { otp: { enabled: true } });
  await button(page, "Submit").click();
  await expect(page.getByText("The organisation now asks for a one-time code.")).toBeVisible();
  await expect(button(page, "Send OTP")).toBeVisible();
  await installation.api("PATCH", "/v1/settings", { otp: { enabled: false } });

  await page.reload();
  await button(page, "More: nickname, external id").click();
  await page.getByLabel("External id").fill(installation.unique("E"));
  await installation.api("POST", "/v1/cards", { series_id: series.id, customer_id: customer.id });
  await button(page, "Submit").click();
  await expect(refusal).toContainText("1 of 1 active cards of this series");
  await expect(refusal).toContainText("Unlink or close one of the customer's cards first");
  await expect(page.getByLabel("External id")).not.toHaveValue("");
  expect(await cardsOf(installation, customer)).toHaveLength(1);
});

test("a lost connection in the middle of Submit issues one card", async ({ page, installation, watch }) => {
  watch.allow(LOST);
  await setUpIssuing(installation, { enabled: false });
  const series = await installation.makeSeries();
  const customer = await installation.makeCustomer();
  await signIn(page, await installation.makeUser("agent"));
  await openIssue(page, customer, "generate", series);
  let given: (() => void) | undefined;
  const count = await onIssue(page, async (route, n) => {
    if (n === 2) await route.fetch();
    if (n < 3) return await route.abort("connectionreset");
    await new Promise<void>((resolve) => (given = resolve));
    await route.continue();
  });
  await button(page, "Submit").click();
  await expect(page.getByText("The connection was lost. Trying again; nothing is done twice.")).toBeVisible();
  await expect.poll(() => given !== undefined).toBe(true);

  // Whoever goes now is asked.
  await expect(page.getByRole("button", { name: "Submit" })).toBeDisabled();
  const asked: string[] = [];
  page.on("dialog", (dialog) => {
    asked.push(dialog.type());
    void dialog.dismiss();
  });
  await page.getByRole("main").getByRole("link", { name: /^Asha/ }).click();
  await page.evaluate(() => window.location.reload());
  await expect.poll(() => asked).toEqual(["confirm", "beforeunload"]);
  given?.();

  await expect(issuedHeading(page)).toBeFocused();
  await expect(page.getByText("but the card was issued, once")).toBeVisible();
  const cards = await cardsOf(installation, customer);
  expect(cards).toHaveLength(1);
  expect(count()).toBe(3);
  await expect(page.getByRole("link", { name: "Show it on the customer's page" })).toHaveAttribute(
    "href",
    `/members/${customer.id}?card=${cards[0]?.id}`,
  );
});

test("no answer at all keeps the same request, and the server's death issues one card", async ({
  page,
  installation,
  watch,
}) => {
  watch.allow(LOST);
  await setUpIssuing(installation, { enabled: true, channel: "sms" });
  const series = await installation.makeSeries();
  const customer = await installation.makeCustomer();
  await page.clock.install();
  await signIn(page, await installation.makeUser("agent"));
  await openIssue(page, customer, "generate", series);
  await button(page, "Send OTP").click();
  await codeField(page).fill(await installation.waitForCode(customer.mobile ?? ""));
  const keys = new Set<string | undefined>();
  const count = await onIssue(page, async (route, n) => {
    keys.add(route.request().headers()["idempotency-key"]);
    if (n === 1) {
      await route.fetch();
      await installation.kill9();
    }
    await (n <= 5 ? route.abort("connectionreset") : route.continue());
  });
  await button(page, "Submit").click();
  await expect.poll(async () => (await page.clock.fastForward(4000), count())).toBe(5);
  await expect(page.getByText("It is not known yet whether the card was issued")).toBeVisible();
  await expect(codeField(page)).toBeDisabled();
  await installation.start();
  await button(page, "Try again").click();
  await expect(page.getByText("but the card was issued, once")).toBeVisible();
  expect(await cardsOf(installation, customer)).toHaveLength(1);
  expect(keys.size).toBe(1);
});

test("two agents at once: one card, and the other is told why", async ({ page, anotherPage, installation }) => {
  await setUpIssuing(installation, { enabled: false });
  await installation.api("PATCH", "/v1/settings", { max_active_cards_per_customer: 1 });
  const series = await installation.makeSeries();
  const customer = await installation.makeCustomer();
  const pages = [page, await anotherPage()];
  await Promise.all(
    pages.map(async (one) => {
      await signIn(one, await installation.makeUser("agent"));
      await openIssue(one, customer, "generate", series);
      await expect(one.getByText("0 of 1 active cards")).toBeVisible();
    }),
  );
  await Promise.all(pages.map((one) => button(one, "Submit").click()));
  const ends = pages.map((one) => issuedHeading(one).or(one.getByRole("alert")));
  await Promise.all(ends.map((end) => expect(end).toBeVisible()));
  const told = await Promise.all(ends.map((end) => end.textContent()));
  expect(told.filter((text) => text === "The card is issued")).toHaveLength(1);
  expect(told.find((text) => text !== "The card is issued")).toContain("1 of 1 active cards");
  expect(await cardsOf(installation, customer)).toHaveLength(1);
});
