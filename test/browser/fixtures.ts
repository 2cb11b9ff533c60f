import { test as base, type Page } from "@playwright/test";

import { Installation } from "./support/installation";
import { look } from "./support/look";
import { Watch } from "./support/watch";

export { expect, type Page } from "@playwright/test";
export { Refusal } from "./support/api";
export { field, fillSignIn, signIn } from "./support/forms";
export type { Customer, Role, Series, User } from "./support/installation";
export type { Message } from "./support/sink";

interface WorkerFixtures {
  installation: Installation;
}

interface TestFixtures {
  watch: Watch;
  /** A second person at a second machine: a page that shares no cookie with `page`. */
  anotherPage: () => Promise<Page>;
  /** Who can use the page, and how it looks; with a name, pictures are kept. */
  look: (page: Page, name?: string) => Promise<void>;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  installation: [
    async ({}, use, worker) => {
      const installation = await Installation.create(String(worker.workerIndex));
      await use(installation);
      await installation.remove();
    },
    { scope: "worker", timeout: 60_000 },
  ],

  baseURL: async ({ installation }, use) => use(installation.baseUrl),

  watch: async ({ installation }, use) => {
    const watch = new Watch(installation.baseUrl);
    await use(watch);
    watch.check();
  },

  context: async ({ context, watch }, use) => {
    watch.add(context);
    await use(context);
  },

  anotherPage: async ({ browser, watch }, use) => {
    const contexts: { close(): Promise<void> }[] = [];
    await use(async () => {
      const context = await browser.newContext();
      contexts.push(context);
      watch.add(context);
      return await context.newPage();
    });
    for (const context of contexts) await context.close();
  },

  look: async ({ watch }, use) => use((page, name) => look(page, name, watch)),
});
