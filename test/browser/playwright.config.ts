import { defineConfig } from "@playwright/test";
import { join } from "node:path";

import { LOGS } from "./support/places";

export default defineConfig({
  testDir: ".",
  testMatch: "*.spec.ts",
  outputDir: join(LOGS, "browser-results"),
  reporter: "./support/reporter.ts",
  workers: 2,
  retries: 1, // a busy machine may be slower than a test waits; the first try is told all the same
  timeout: 30_000,
  expect: { timeout: 5_000 },
  forbidOnly: process.env.CI !== undefined,
  use: {
    viewport: { width: 1280, height: 800 },
    colorScheme: "light",
    contextOptions: { reducedMotion: "reduce" },
    locale: "en-GB",
    timezoneId: "UTC",
    actionTimeout: 10_000,
    permissions: ["clipboard-read", "clipboard-write"],
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: "/usr/bin/chromium",
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
