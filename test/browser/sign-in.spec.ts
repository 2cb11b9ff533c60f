import { expect, field, fillSignIn, signIn, test } from "./fixtures";

test("a wrong password is told and the name is kept", async ({ page, installation, look }) => {
  await page.goto("/");
  await fillSignIn(page, { name: installation.owner.name, password: "not my password 1" });
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(field(page, "Name")).toHaveValue(installation.owner.name);
  await look(page, "sign-in-refused");
});

test("the right one leads to the console, and signing out back", async ({ page, installation, look }) => {
  await page.goto("/");
  await look(page, "sign-in");
  await signIn(page, installation.owner);
  await expect(page.getByText(installation.organization).first()).toBeVisible();
  await page.getByRole("banner").getByText(installation.owner.name).click();
  await page.getByRole("menuitem", { name: "Sign out", exact: true }).click();
  await expect(page.getByRole("button", { name: "Sign in", exact: true })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("navigation")).toHaveCount(0);
});
