import { expect, signIn, test, type Page } from "./fixtures";

const COUNT = 2000;
const ACTIVATION = { timeout: 15_000 }; // a new version waits 8 s

const version = (page: Page, name: string, number: number) =>
  page
    .getByRole("table")
    .getByRole("row")
    .filter({ has: page.getByRole("link", { name, exact: true }) })
    .filter({ hasText: `Version ${number}` });

test("keys are seen, and a rotation at the machine is watched to its end", async ({
  page,
  anotherPage,
  installation,
  look,
}) => {
  test.setTimeout(60_000); // four people, and a key that waits
  const custodians = [await installation.makeUser("custodian"), await installation.makeUser("custodian")] as const;
  const { code } = await installation.makeSeries({ numbering: { length: 12 } });
  const numbers = Array.from({ length: COUNT }, (_, index) => code + String(index).padStart(12 - code.length, "0"));
  await installation.registerNumbers(numbers);
  const payment = installation.unique("cvk-");
  await installation.keys(["generate", payment, "--usage", "C0", "--algorithm", "T"], ...custodians);

  await signIn(page, installation.owner);
  await page.getByRole("link", { name: "Cryptographic keys" }).click();
  await expect(version(page, "message_seal", 1)).toContainText(/Active.*[0-9A-F]{6}/);
  await expect(version(page, payment, 1)).toContainText(/card verification.*triple DES.*Active.*[0-9A-F]{6}/);
  await expect(version(page, payment, 1)).toContainText(custodians[1].name);

  await installation.keys(["rotate", "number_seal"], custodians[0]);
  await page.reload();
  const [before, after] = [version(page, "number_seal", 1), version(page, "number_seal", 2)];
  await expect(after).toContainText("Waiting");
  await expect(before).toContainText("Active");
  await expect(page.getByRole("progressbar", { name: "Rewritten" })).toHaveCount(1);
  await expect(page.getByText("It begins when the new version is active")).toBeVisible();

  // While it waits: a custodian starts here and sees nothing else, an auditor sees the same, an agent does not.
  const other = await anotherPage();
  await signIn(other, custodians[0]);
  await expect(other.getByRole("heading", { name: "Cryptographic keys", level: 1 })).toBeVisible();
  await expect(other.getByRole("navigation", { name: "Main" }).getByRole("link")).toHaveCount(1);
  const auditor = await anotherPage();
  await signIn(auditor, await installation.makeUser("auditor"));
  await auditor.goto("/keys?use=payment");
  await expect(version(auditor, payment, 1)).toBeVisible();
  await expect(version(auditor, "message_seal", 1)).toHaveCount(0);
  const agent = await anotherPage();
  await signIn(agent, await installation.makeUser("agent"));
  await expect(agent.getByRole("link", { name: "Cryptographic keys" })).toHaveCount(0);
  await agent.goto("/keys");
  await expect(agent.getByRole("heading", { name: "Your role does not allow this" })).toBeVisible();

  await expect(after).toContainText("Active since", ACTIVATION);
  await expect(before).toContainText("Only decrypts and verifies", ACTIVATION);
  const outcome = page.getByRole("status").filter({ hasText: /[\d,]+ records were rewritten/ });
  const rewritten = /([\d,]+) records/.exec(await outcome.innerText())?.[1]?.replaceAll(",", "");
  expect(Number(rewritten)).toBeGreaterThanOrEqual(COUNT); // and those that other tests registered
  await expect(page.getByRole("progressbar")).toHaveCount(0);
  await page.getByRole("button", { name: "Commands for number_seal, version 1" }).click();
  await expect(page.getByText("cardwright keys destroy number_seal --version 1 --data DIR")).toBeVisible();
  await look(page, "keys");
  await page.getByRole("button", { name: "Show numbering keys" }).click();
  await expect(page).toHaveURL("/keys?use=numbering");
  await expect(page.getByRole("link", { name: "numbering" }).first()).toBeVisible();
  await page.goBack();

  await after.getByRole("link").click();
  await expect(page.getByRole("heading", { name: "number_seal, version 2" })).toBeVisible();
  await look(page, "key-one");
  await page.getByRole("button", { name: "Copy the command" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("cardwright keys rotate number_seal --data DIR");
  await page.getByRole("link", { name: "Audit history" }).click();
  const record = page.getByRole("row").filter({ hasText: "Key rotated" });
  await record.getByRole("button").click();
  await expect(page.getByRole("definition").filter({ hasText: custodians[0].name })).toBeVisible();
});
