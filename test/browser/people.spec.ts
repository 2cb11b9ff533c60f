import { expect, field, fillSignIn, Refusal, signIn, test, type Page } from "./fixtures";
import { totpCode, totpStep } from "./support/totp";

const OWN = "third harbour light 3";
const account = (page: Page) => page.getByRole("button", { name: /^Your account/ });
const dialog = (page: Page) => page.getByRole("dialog");
const locked = (page: Page) => page.getByRole("heading", { name: "Locked" });

async function unlock(page: Page, password: string): Promise<void> {
  await field(page, "Password").fill(password);
  await page.getByRole("button", { name: "Unlock" }).click();
  await expect(locked(page)).toHaveCount(0);
}

test("an administrator makes an agent, who chooses a password and sees what an agent may", async ({
  page,
  anotherPage,
  installation,
  look,
}) => {
  const name = `${installation.unique("newcomer")}@example.com`;
  await signIn(page, await installation.makeUser("administrator"));
  await page.goto("/people");
  await page.getByRole("button", { name: "Add a user" }).click();
  await field(dialog(page), "Email address").fill(name);
  await dialog(page).getByRole("button", { name: "Make up a strong one" }).click();
  await dialog(page).getByRole("button", { name: "Add a user" }).click();
  await expect(dialog(page)).toContainText(`${name} was added`);
  const first = await dialog(page).locator("pre").innerText();
  expect(first).toMatch(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/);
  await page.getByRole("button", { name: "I have kept it" }).click();
  await expect(page.getByRole("button", { name: "Add a user" })).toBeFocused();
  await expect(page.getByRole("row").filter({ hasText: name })).toContainText("Has to choose a password");
  await look(page, "people");

  const agent = await anotherPage();
  await agent.goto("/");
  await fillSignIn(agent, { name, password: first });
  await field(agent, "Current password").fill(first);
  await field(agent, "New password").fill("short 1");
  await agent.getByRole("button", { name: "Set the password" }).click();
  await expect(field(agent, "New password")).toHaveAccessibleDescription(/12 characters or more/);
  await field(agent, "New password").fill(OWN);
  await agent.getByRole("button", { name: "Set the password" }).click();
  const navigation = agent.getByRole("navigation", { name: "Main" });
  await expect(navigation.getByRole("link", { name: "Member Care" })).toBeVisible();
  await expect(navigation.getByRole("link", { name: "People and API keys" })).toHaveCount(0);
  await expect(navigation.getByRole("link", { name: "Audit" })).toHaveCount(0);
  await agent.goto("/people");
  await expect(agent.getByRole("heading", { name: "Your role does not allow this" })).toBeVisible();

  const choose = async (user: string, task: string) => {
    await field(page, "Find a user").fill(user);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: `Actions for ${user}` }).click();
    await page.getByRole("menuitem", { name: task }).click();
  };
  await choose(installation.owner.name, "Disable the user");
  await dialog(page).getByRole("button", { name: "Disable", exact: true }).click();
  await expect(dialog(page).getByRole("alert")).toContainText("a role that may do more than yours");
  await page.keyboard.press("Escape");
  await choose(name, "Disable the user");
  await dialog(page).getByRole("button", { name: "Disable", exact: true }).click();
  await expect(page.getByRole("row").filter({ hasText: name })).toContainText("Disabled");
  expect(page.url()).not.toContain("example.com");
  await agent.reload();
  await fillSignIn(agent, { name, password: OWN });
  await expect(agent.getByRole("alert")).toContainText("Name or password is wrong, or the account is locked.");
});

test("an authenticator app is set up, asked for at signing in, and removed", async ({ page, installation, look }) => {
  const user = await installation.makeUser("agent");
  await signIn(page, user);
  await account(page).click();
  await page.getByRole("menuitem", { name: "Your account" }).click();
  await look(page, "account");
  await page.getByRole("button", { name: "Set up an app" }).click();
  await field(page, "Your password").fill("not my password 1");
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(page.getByText("This is not your current password")).toBeVisible();
  await field(page, "Your password").fill(user.password);
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(page.getByRole("img", { name: /^QR code/ })).toBeVisible();
  await look(page);
  const secret = (await page.getByTestId("totp-secret").innerText()).replace(/\s/g, "");
  await field(page, "Code that the app shows").fill("12345");
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByText("Must have at least 6 characters.")).toBeVisible();
  const step = totpStep();
  await field(page, "Code that the app shows").fill(totpCode(secret, step));
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByText("The app is in use.")).toBeVisible();

  await account(page).click();
  await page.getByRole("menuitem", { name: "Sign out", exact: true }).click();
  await fillSignIn(page, user);
  const code = field(page, "Code of your authenticator");
  await code.fill(totpCode(secret, step));
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("This code is wrong or was used already.");
  await code.fill(totpCode(secret, step + 1));
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(account(page)).toBeVisible();

  await page.goto("/account");
  await page.getByRole("button", { name: "Remove the app" }).click();
  await field(page, "Your password").fill(user.password);
  await page.getByRole("button", { name: "Remove the app" }).click();
  await expect(page.getByText("The app is removed.")).toBeVisible();
});

test("an API key is shown once, works, and stops when it is revoked", async ({ page, installation, look }) => {
  const name = installation.unique("Till ");
  await signIn(page, await installation.makeUser("administrator"));
  await page.goto("/people");
  await page.getByRole("tab", { name: "API keys" }).click();
  await expect(page).toHaveURL(/\?tab=keys$/);
  await page.getByRole("button", { name: "Make an API key" }).click();
  await field(dialog(page), "Name").fill(name);
  await field(dialog(page), "Last day").fill("2020-01-31");
  await dialog(page).getByRole("button", { name: "Make an API key" }).click();
  await expect(dialog(page).getByText("This time is over.")).toBeVisible();
  await field(dialog(page), "Last day").fill("2090-01-31");
  await dialog(page).getByRole("button", { name: "Make an API key" }).click();
  const key = await dialog(page).locator("pre").innerText();
  await page.getByRole("button", { name: "I have kept it" }).click();

  const read = (path: string) => installation.api("GET", path, undefined, { Authorization: `Bearer ${key}` });
  await read("/v1/series");
  expect(await read("/v1/users").catch((error: Refusal) => error.code)).toBe("forbidden");
  const row = page.getByRole("row").filter({ hasText: name });
  await expect(row).toContainText(key.slice(0, 8));
  await row.getByRole("button", { name: `Revoke “${name}”` }).click();
  await dialog(page).getByRole("button", { name: "Revoke", exact: true }).click();
  await expect(row).toContainText("Revoked");
  await expect(page.getByRole("main")).toBeFocused(); // the button that opened the dialog is gone
  expect(await read("/v1/series").catch((error: Refusal) => error.code)).toBe("unauthenticated");
  await look(page, "api-keys");
});

test("signing out everywhere locks the other page, which keeps what was typed", async ({
  page,
  anotherPage,
  installation,
  look,
}) => {
  const user = await installation.makeUser("administrator");
  const other = await anotherPage();
  await Promise.all([signIn(page, user), signIn(other, user)]);
  await other.goto("/people");
  await other.getByRole("button", { name: "Add a user" }).click();
  const name = `${installation.unique("kept")}@example.com`;
  await field(dialog(other), "Email address").fill(name);
  await field(dialog(other), "First password").fill(OWN);

  await page.goto("/account");
  await page.getByRole("button", { name: "Sign out everywhere" }).click();
  await expect(page.getByRole("button", { name: "Sign in", exact: true })).toBeVisible();
  await dialog(other).getByRole("button", { name: "Add a user" }).click();
  await expect(locked(other)).toBeVisible();
  await expect(dialog(other)).toBeHidden();
  await look(other, "locked");
  await unlock(other, user.password);
  await expect(field(dialog(other), "Email address")).toHaveValue(name);
  await dialog(other).getByRole("button", { name: "Add a user" }).click();
  await expect(dialog(other)).toContainText(`${name} was added`);
});

test("a quarter of an hour without a key or a click locks the page", async ({ page, installation }) => {
  const user = await installation.makeUser("administrator");
  await page.clock.install();
  await signIn(page, user);
  await page.goto("/settings");
  await field(page, "Resting time").fill("12");
  await page.clock.fastForward("14:30");
  await expect(locked(page)).toHaveCount(0);
  await page.clock.fastForward("00:35");
  await expect(locked(page)).toBeVisible();
  await expect(field(page, "Password")).toBeFocused();
  await unlock(page, user.password);
  await expect(field(page, "Resting time")).toHaveValue("12 days");
});
