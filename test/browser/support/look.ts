import { expect, type Page } from "@playwright/test";
import type { Result } from "axe-core";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { ENGINE, LOGS, ROOT } from "./places";
import type { Watch } from "./watch";

/** The pages are the same on both engines; once is enough for what is slow. */
export const LOOKS = ENGINE === "sqlite";

const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 390, height: 844 };
const PICTURE_HEIGHT_MAX = 2400; // a long list goes on like its beginning
const STILL_MILLISECONDS = 120;
const STILL_ROUNDS = 20;
const KEPT = process.env.CARDWRIGHT_KEEP_SCREENSHOTS === "1";
const FOLDER = KEPT ? join(ROOT, "docs/screenshots") : join(LOGS, "screenshots");

/**
 * Looks at the page as it is now: nothing strange in the console, nothing that keeps people out (in light and in dark,
 * wide and narrow), nothing to scroll sideways; and with a name, takes a picture at each width. It leaves the page wide
 * and light.
 */
export async function look(page: Page, name: string | undefined, watch: Watch): Promise<void> {
  await settle(page, watch);
  watch.check();
  if (!LOOKS) return;
  const what = name ?? page.url();
  const picture = async (suffix: string) => (name === undefined ? undefined : await takePicture(page, name + suffix));
  try {
    await checkAccess(page, `${what}, light`);
    await picture("-1280");
    await page.emulateMedia({ colorScheme: "dark" });
    await settle(page, watch);
    await checkAccess(page, `${what}, dark`);
    if (!KEPT) await picture("-1280-dark");
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize(NARROW);
    await settle(page, watch);
    await checkAccess(page, `${what}, narrow`);
    await checkWidth(page, what);
    await picture("-390");
  } finally {
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize(WIDE);
  }
  watch.check();
}

/** Everything is there and nothing moves. It asks from outside: a test may have stopped the clock of the page. */
async function settle(page: Page, watch: Watch): Promise<void> {
  await page.waitForLoadState("load");
  await watch.idle();
  await stays(page);
  await page.evaluate(async () => {
    await document.fonts.ready;
    const ending = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
    await Promise.all(ending.map((one) => one.finished.catch(() => undefined)));
  });
}

/** The page has been the same for a moment; something that always changes, such as a countdown, is not waited for. */
async function stays(page: Page): Promise<void> {
  let before = "";
  for (let round = 0; round < STILL_ROUNDS; round += 1) {
    const now = await page.evaluate(() => document.documentElement.outerHTML);
    if (now === before) return;
    before = now;
    await sleep(STILL_MILLISECONDS);
  }
}

async function checkAccess(page: Page, what: string): Promise<void> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  const violations = await page.evaluate(async (tags) => {
    const { axe } = window as unknown as { axe: typeof import("axe-core") };
    return (await axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] }))
      .violations;
  }, TAGS);
  if (violations.length > 0)
    throw new Error(`${what}: who cannot use this page:\n${violations.map(described).join("\n")}`);
}

function described({ id, impact, help, nodes }: Result): string {
  const places = nodes.map(({ target, html, failureSummary }) =>
    [target.join(" "), html.slice(0, 200), failureSummary ?? ""].join("\n").replace(/^/gm, "      "),
  );
  return `  ${id} (${impact}): ${help}\n${places.join("\n")}`;
}

async function checkWidth(page: Page, what: string): Promise<void> {
  const { wanted, shown, widest } = await page.evaluate(() => {
    const root = document.scrollingElement ?? document.documentElement;
    const beyond = [...document.querySelectorAll("body *")].filter(
      (element) => element.getBoundingClientRect().right > root.clientWidth + 1,
    );
    const widest = beyond.slice(0, 5).map((element) => element.outerHTML.slice(0, 150));
    return { wanted: root.scrollWidth, shown: root.clientWidth, widest };
  });
  expect(wanted, `${what}: scrolls sideways, for\n${widest.join("\n")}`).toBeLessThanOrEqual(shown);
}

async function takePicture(page: Page, name: string): Promise<void> {
  const { width, height } = await page.evaluate(() => {
    const root = document.documentElement;
    return { width: root.clientWidth, height: Math.max(root.scrollHeight, window.innerHeight) };
  });
  await page.screenshot({
    path: join(FOLDER, `${name}.png`),
    fullPage: true,
    clip: { x: 0, y: 0, width, height: Math.min(height, PICTURE_HEIGHT_MAX) },
    animations: "disabled",
    caret: "hide",
  });
}
