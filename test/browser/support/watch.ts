import type { BrowserContext, ConsoleMessage, Request } from "@playwright/test";

import { waitUntil } from "./wait";

/** Chromium writes this for every reply that is a refusal; a refusal is an answer like another. */
const REFUSED = /^Failed to load resource: the server responded with a status of 4\d\d/;
const QUIET_MILLISECONDS = 250;

/** What pages do that no page of the console may: ask another server, or write errors to the browser's console. */
export class Watch {
  private readonly faults: string[] = [];
  private readonly allowed: RegExp[] = [];
  private readonly running = new Set<Request>();
  private lastChange = Date.now();

  constructor(private readonly origin: string) {}

  add(context: BrowserContext): void {
    context.on("request", (request) => this.begin(request));
    // Not "requestfinished": Chromium keeps that back while a script leaves the body of a reply unread.
    context.on("response", (response) => this.end(response.request()));
    context.on("requestfailed", (request) => this.end(request));
    context.on("console", (message) => this.hear(message));
    context.on("weberror", (error) => this.note(`uncaught: ${error.error().stack ?? error.error().message}`));
  }

  /** From now on, errors like this belong to the test: a server that is gone, a reply of 503. */
  allow(pattern: RegExp): void {
    this.allowed.push(pattern);
  }

  check(): void {
    const faults = this.faults.filter((fault) => !this.allowed.some((pattern) => pattern.test(fault)));
    this.faults.length = 0;
    if (faults.length > 0) throw new Error(`the page did what it must not:\n  ${faults.join("\n  ")}`);
  }

  /** Nothing was under way for a moment. An event stream does not count: it may stay open for ever. */
  async idle(): Promise<void> {
    const quiet = () => this.running.size === 0 && Date.now() - this.lastChange > QUIET_MILLISECONDS;
    await waitUntil("the network is idle", quiet).catch((error: Error) => {
      const urls = [...this.running].map((request) => `${request.method()} ${request.url()}`);
      throw new Error(`${error.message}; under way: ${urls.join(", ")}`);
    });
  }

  private begin(request: Request): void {
    this.lastChange = Date.now();
    const url = new URL(request.url());
    const local = url.origin === this.origin || url.protocol === "data:" || url.href.startsWith(`blob:${this.origin}/`);
    if (!local) this.note(`a request to another place: ${request.method()} ${url.href}`);
    if (request.resourceType() !== "eventsource") this.running.add(request);
  }

  private end(request: Request): void {
    this.lastChange = Date.now();
    this.running.delete(request);
  }

  private hear(message: ConsoleMessage): void {
    if (message.type() !== "error" || REFUSED.test(message.text())) return;
    this.note(`console: ${message.text()} (${message.location().url})`);
  }

  private note(fault: string): void {
    this.faults.push(fault);
  }
}
