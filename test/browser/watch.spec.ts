import { expect, test } from "./fixtures";
import { LOOKS } from "./support/look";

// What fails the other tests has to be seen at all: each is planted here in a page of the program's.

test("a request to another place and an error are seen", async ({ page, watch }) => {
  await page.goto("/docs");
  const thrown = page.waitForEvent("pageerror");
  await page.evaluate(() => {
    console.error("planted");
    setTimeout(() => {
      throw new Error("thrown");
    });
  });
  await thrown;
  await page.goto("about:blank");
  await page.evaluate(() => fetch("http://127.0.0.1:9/elsewhere").catch(() => undefined));
  const complaint = await message(() => watch.check());
  for (const text of [
    "console: planted",
    "uncaught: Error: thrown",
    "another place: GET http://127.0.0.1:9/elsewhere",
  ]) {
    expect(complaint).toContain(text);
  }
});

if (LOOKS) {
  test("what keeps people out is seen, in light, in dark and narrow", async ({ page, look }) => {
    const planted = {
      light: `<button></button>`,
      dark: `<style>@media (prefers-color-scheme: dark) { main { background: black; color: #333 } }</style>`,
      narrow: `<div style="width: 600px">Wide</div>`,
    };
    const expected = { light: "button-name", dark: "color-contrast", narrow: "scrolls sideways" };
    for (const place of ["light", "dark", "narrow"] as const) {
      await page.goto("/docs");
      await page.evaluate((body) => {
        document.documentElement.style.background = "white";
        document.body.innerHTML = `<main><h1>Planted</h1>${body}</main>`;
      }, planted[place]);
      expect(await message(() => look(page))).toContain(expected[place]);
    }
  });
}

async function message(action: () => void | Promise<void>): Promise<string> {
  try {
    await action();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "nothing was wrong";
}
