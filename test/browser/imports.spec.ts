import { readFile } from "node:fs/promises";

import { expect, signIn, test, type Page } from "./fixtures";

async function chooseFile(page: Page, name: string, content: string) {
  await page
    .getByRole("dialog")
    .locator("input[type=file]")
    .setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(content) });
}

const progress = async (page: Page) =>
  Number(await page.getByRole("progressbar", { name: "Rows done" }).getAttribute("aria-valuenow"));

test("5,000 customers: what is wrong with a file is told, refused rows are listed and saved", async ({
  page,
  installation,
  look,
}) => {
  const word = installation.unique("I");
  await signIn(page, await installation.makeUser("agent"));
  await page.goto("/imports");
  await expect(page.getByRole("button", { name: "Import card numbers" })).toHaveCount(0);
  await page.getByRole("button", { name: "Import customers" }).click();
  const dialog = page.getByRole("dialog", { name: "Import customers" });
  for (const [content, told] of [
    ["first_name;last_name\r\nAsha;Rao\r\n", "separated by semicolons"],
    ["Asha,Rao\r\nBela,Rao\r\n", "does not name any of the columns"],
    ["first_name,shoe_size\r\nAsha,38\r\n", "It is column 2."],
    ["first_name,last_name\r\n\r\n", "nothing below"],
  ] as const) {
    await chooseFile(page, "faulty.csv", content);
    await expect(dialog.getByRole("alert")).toContainText(told);
    await expect(dialog.getByRole("button", { name: "Import", exact: true })).toBeDisabled();
  }

  const rows = Array.from({ length: 5000 }, (_, index) => {
    const place = index + 1;
    const email = place === 4999 ? "no address" : `${word}.${place}@example.com`;
    const born = place === 2500 ? "yesterday" : "1990-04-12";
    return `${word}-${place === 18 ? 17 : place},Asha,${email},${born}`;
  });
  await chooseFile(page, "members.csv", `external_id,first_name,email,date_of_birth\r\n${rows.join("\r\n")}\r\n`);
  await expect(dialog.getByRole("alert")).toHaveCount(0);
  await expect(dialog.getByText("members.csv: 5,000 rows", { exact: false })).toBeVisible();
  await look(page, "import-new");
  await dialog.getByRole("button", { name: "Import 5,000 rows" }).click();

  await expect(page).toHaveURL(/\/imports\/job_/);
  await expect(page.getByText("4,997 rows are imported, 3 were refused.", { exact: false })).toBeVisible({
    timeout: 20_000,
  });
  expect(await progress(page)).toBe(100);
  await expect(page.getByRole("row")).toHaveText([
    /Row.*Column.*Why/,
    /^18external_idAnother customer has this/,
    /^2,500date_of_birth/,
    /^4,999emailEnter an email address/,
  ]);
  await look(page, "import");

  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download errors (.csv)" }).click();
  const lines = (await readFile(await (await download).path(), "utf8")).trimEnd().split("\r\n");
  expect(lines.map((line) => line.split(",").slice(0, 3).join(","))).toEqual([
    "row,code,field",
    "18,customer_exists,external_id",
    "2500,bad_format,date_of_birth",
    "4999,bad_format,email",
  ]);

  await page.getByRole("link", { name: "All imports" }).click();
  await expect(page.getByRole("row").nth(1)).toContainText("5,000 of 5,000");
  await look(page, "imports");
});

test("an import is seen to go on and is cancelled; numbers are registered", async ({ page, installation }) => {
  const word = installation.unique("L");
  await signIn(page, installation.owner);
  await page.goto("/imports");
  await page.getByRole("button", { name: "Import customers" }).click();
  const rows = Array.from({ length: 400_000 }, (_, index) => `${word}-${index}`);
  await chooseFile(page, "many.csv", `external_id\n${rows.join("\n")}\n`);
  await page.getByRole("button", { name: "Import 400,000 rows" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Import of customers" })).toBeVisible();
  await expect.poll(() => progress(page)).toBeGreaterThan(0);
  const first = await progress(page);
  await expect.poll(() => progress(page)).toBeGreaterThan(first);
  await page.getByRole("button", { name: "Cancel the import" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel the import" }).click();
  await expect(page.getByText("Cancelled after", { exact: false })).toBeVisible();
  expect(await progress(page)).toBeLessThan(100);

  const series = await installation.makeSeries({ numbering: { generation: false, check_digit: "none" } });
  await page.getByRole("link", { name: "All imports" }).click();
  await page.getByRole("button", { name: "Import card numbers" }).click();
  const number = (index: number) => `${series.code}${String(index).padStart(11, "0")}`;
  await chooseFile(
    page,
    "numbers.csv",
    `number,series_code\n${number(1)},${series.code}\n${number(2)},${series.code}\n`,
  );
  await page.getByRole("button", { name: "Import 2 rows" }).click();
  await expect(page.getByText("All 2 rows are imported.")).toBeVisible();
  await expect(page.locator("body")).not.toContainText(number(1));
});
