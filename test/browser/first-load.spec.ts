import { expect, fillSignIn, test } from "./fixtures";

const FIRST_LOAD_LEN_MAX = 300 * 1024;
const USABLE_WITHIN_MS = 1000;

test("the first load is small, and nothing in it is lax", async ({ page, installation, watch }) => {
  let len = 0;
  page.on("response", (response) => {
    const sizes = response.request().sizes();
    void sizes.then((found) => (len += found.responseBodySize + found.responseHeadersSize), () => undefined);
  });
  const reply = await page.goto("/");
  const policy = reply?.headers()["content-security-policy"] ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain("unsafe");
  await fillSignIn(page, installation.owner);
  await expect(page.getByLabel("Find a customer")).toBeFocused();
  await watch.idle();
  expect(len).toBeGreaterThan(100 * 1024);
  expect(len).toBeLessThan(FIRST_LOAD_LEN_MAX);

  const [session] = await page.context().cookies();
  expect(session).toMatchObject({ name: "cardwright_session", httpOnly: true, sameSite: "Strict" });
});

test("an agent can type within a second, with nothing kept by the browser", async ({ browser, page, installation }) => {
  await page.goto("/");
  await fillSignIn(page, installation.owner);
  await expect(page.getByLabel("Find a customer")).toBeVisible();
  const state = await page.context().storageState();
  const times: number[] = [];
  for (let round = 0; round < 3; round++) {
    const context = await browser.newContext({ storageState: state });
    const fresh = await context.newPage();
    const started = performance.now();
    await fresh.goto(`${installation.baseUrl}/members`);
    await fresh.getByLabel("Find a customer").fill("Rao");
    times.push(performance.now() - started);
    await context.close();
  }
  // The best of three: other work on the machine says nothing about the page.
  expect(Math.min(...times)).toBeLessThan(USABLE_WITHIN_MS);
});
