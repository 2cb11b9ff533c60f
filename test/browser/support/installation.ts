import { execFile } from "node:child_process";
import { openSync, closeSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { request, type Method } from "./api";
import { Child } from "./child";
import { Database } from "./database";
import { ENGINE, LOGS, PROGRAM } from "./places";
import { Sink, type Message } from "./sink";
import { waitUntil } from "./wait";

const run = promisify(execFile);

export type Role = "owner" | "administrator" | "agent" | "operations" | "auditor" | "integration" | "custodian";

export interface User {
  name: string;
  password: string;
}

export interface Series {
  id: string;
  code: string;
  name: string;
  [field: string]: unknown;
}

export interface Customer {
  id: string;
  external_id: string | null;
  first_name: string | null;
  last_name: string | null;
  mobile: string | null;
  email: string | null;
  [field: string]: unknown;
}

interface Session {
  csrf_token: string;
}

const OWNER = "owner@example.com";
const ORGANIZATION = "Harbour Stores";

/** So that the pictures read like somebody's day. */
const SERIES_NAMES = ["Gold card", "Silver card", "Fuel card", "Gift card", "Staff card", "Family card"];

/** The program on a data directory of its own, with a mail server and an SMS gateway, and an owner who can sign in. */
export class Installation {
  readonly organization = ORGANIZATION;
  readonly owner: User = { name: OWNER, password: "" };
  private readonly environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith("CARDWRIGHT_")),
  );
  private readonly data: string;
  private readonly handedOut = new Map<string, string>();
  private database!: Database;
  private mail!: Sink;
  private sms!: Sink;
  private server: Child | undefined;
  private port = 0;
  private key = "";
  private count = 0;

  private constructor(
    private readonly directory: string,
    private readonly logPath: string,
  ) {
    this.data = join(directory, "data");
  }

  /** `name` tells apart the logs of installations that run at the same time. */
  static async create(name: string): Promise<Installation> {
    await mkdir(LOGS, { recursive: true });
    const directory = await mkdtemp(join(tmpdir(), "cardwright-browser-"));
    const made = new Installation(directory, join(LOGS, `browser.${ENGINE}-${name}.log`));
    try {
      await made.prepare();
    } catch (error) {
      await made.remove().catch(() => undefined);
      throw error;
    }
    return made;
  }

  private async prepare(): Promise<void> {
    await rm(this.logPath, { force: true });
    this.database = await Database.create(this.data);
    [this.mail, this.sms] = await Promise.all([
      Sink.start("email", join(this.directory, "mail")),
      Sink.start("sms", join(this.directory, "sms")),
    ]);
    const printed = await this.command("init", "--organization", ORGANIZATION, "--owner", OWNER);
    const first = /password:\s*(\S+)/.exec(printed)?.[1];
    if (first === undefined) throw new Error("init printed no password");
    this.key = (await this.command("api-key", "create", "--name", "browser-tests", "--role", "owner")).trim();
    this.port = await freePort();
    await this.start();
    this.owner.password = await this.changePassword({ name: OWNER, password: first });
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** As the owner, by an API key. A refusal is thrown, with what the program said. */
  async api<T = any>(method: Method, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
    return (await request<T>(method, this.baseUrl + path, body, { Authorization: `Bearer ${this.key}`, ...headers }))
      .body;
  }

  /** A word that no other thing of this installation has. */
  unique(word = "x"): string {
    this.count += 1;
    return word + String(this.count).padStart(4, "0");
  }

  /** Somebody who has changed the first password and can sign in. */
  async makeUser(role: Role): Promise<User> {
    return await this.makeNewUser(role).then(async (user) => ({ ...user, password: await this.changePassword(user) }));
  }

  /** Somebody who has to change the password first. */
  async makeNewUser(role: Role): Promise<User> {
    const user = { name: `${this.unique(role)}@example.com`, password: "first harbour light 1" };
    await this.api("POST", "/v1/users", { ...user, role });
    return user;
  }

  async makeSeries(fields: Record<string, unknown> & { numbering?: Record<string, unknown> } = {}): Promise<Series> {
    const code = this.unique("S");
    const numbering = { prefix: code, length: 16, ...fields.numbering };
    return await this.api<Series>("POST", "/v1/series", { code, name: `${SERIES_NAMES[Number(code.slice(1)) % SERIES_NAMES.length]} ${code}`, ...fields, numbering });
  }

  /** With a name, an external id, a mobile and an email, as far as `fields` does not say otherwise. */
  async makeCustomer(fields: Record<string, unknown> = {}): Promise<Customer> {
    const number = this.unique("");
    return await this.api<Customer>("POST", "/v1/customers", {
      external_id: `C${number}`,
      first_name: "Asha",
      last_name: `Rao ${number}`,
      mobile: `+919700${number.padStart(6, "0")}`,
      email: `asha${number}@example.com`,
      ...fields,
    });
  }

  /** Registers numbers that were made elsewhere, and waits until they are. */
  async registerNumbers(numbers: string[]): Promise<void> {
    const csv = ["number", ...numbers, ""].join("\r\n");
    const job = await this.api("POST", "/v1/card-numbers/import", csv, { "Content-Type": "text/csv" });
    await waitUntil("the numbers are registered", async () => {
      const { done, failed, finished_at } = await this.api("GET", `/v1/jobs/${job.id}`);
      if (failed > 0) throw new Error(`${failed} numbers were refused`);
      return finished_at !== null && done === numbers.length;
    });
  }

  /** `cardwright keys ...`, at which these custodians say who they are; none of them has an authenticator app. */
  async keys(words: string[], ...custodians: User[]): Promise<void> {
    const running = run(PROGRAM, ["keys", ...words, ...this.settings()], { env: this.environment });
    const typed = custodians.map(({ name, password }) => `${name}\n${password}\n`);
    running.child.stdin?.end([...typed, ...custodians.map(() => "\n")].join(""));
    await running;
  }

  /** The last message to this address or mobile, if there was one. */
  lastMessage(to: string): Message | undefined {
    return this.newest(to);
  }

  /** The code in the newest message to this address or mobile; none that was answered before. */
  async waitForCode(to: string): Promise<string> {
    return await waitUntil(`a new code for ${to}`, () => {
      const message = this.newest(to);
      const code = /\b(\d{6})\b/.exec(message?.body ?? "")?.[1];
      if (message === undefined || code === undefined || this.handedOut.get(to) === message.name) return undefined;
      this.handedOut.set(to, message.name);
      return code;
    });
  }

  /** All codes that were sent so far are too old from now on. */
  async expireCodes(): Promise<void> {
    await this.database.execute("UPDATE otp_challenge SET expires_at = created_at");
  }

  /** Half a minute has passed since the last code was sent: the next may be. */
  async endResendPause(): Promise<void> {
    await this.database.execute("UPDATE otp_challenge SET created_at = created_at - 31000");
  }

  /** No batch that was generated so far can be downloaded any more. */
  async endDownloads(): Promise<void> {
    await this.database.execute("UPDATE number_batch SET download_until = created_at + 1");
  }

  async start(): Promise<void> {
    const log = openSync(this.logPath, "a");
    try {
      this.server = new Child("the server", [PROGRAM, "serve", ...this.settings(), ...this.serveSettings()], {
        env: this.environment,
        stdio: ["ignore", log, log],
      });
    } finally {
      closeSync(log);
    }
    await waitUntil("the server becomes ready", async () => {
      if (!this.server?.runs) throw new Error(`the server ended:\n${this.logEnd()}`);
      return await request("GET", `${this.baseUrl}/health/ready`).then(Boolean, () => false);
    });
  }

  /** In good order; anything but status 0 is thrown. */
  async stop(): Promise<void> {
    if (this.server === undefined) return;
    const status = await this.server.stop();
    this.server = undefined;
    if (status !== 0) throw new Error(`the server ended with ${status}:\n${this.logEnd()}`);
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** As when the power fails; `start` brings it back, at the same address. */
  async kill9(): Promise<void> {
    await this.server?.stop("SIGKILL");
    this.server = undefined;
  }

  async remove(): Promise<void> {
    const ended = await Promise.allSettled([this.stop(), this.mail?.stop(), this.sms?.stop()]);
    await this.database?.remove();
    await rm(this.directory, { recursive: true, force: true });
    for (const one of ended) if (one.status === "rejected") throw one.reason;
  }

  private newest(to: string) {
    return [...this.mail.messages(), ...this.sms.messages()].filter((message) => message.to === to).at(-1);
  }

  private async changePassword(user: User): Promise<string> {
    const password = `second harbour light ${this.unique("")}`;
    const sessions = await request<Session>("POST", `${this.baseUrl}/v1/sessions`, { ...user });
    const headers = {
      Cookie: sessions.headers.get("set-cookie")?.split(";")[0] ?? "",
      "X-CSRF-Token": sessions.body.csrf_token,
    };
    const change = { current_password: user.password, new_password: password };
    await request("POST", `${this.baseUrl}/v1/users/me/password`, change, headers);
    await request("DELETE", `${this.baseUrl}/v1/session`, undefined, headers);
    return password;
  }

  private settings(): string[] {
    const url = this.database.url;
    return ["--data", this.data, ...(url === undefined ? [] : ["--database", url])];
  }

  private serveSettings(): string[] {
    return [
      ["--listen", `127.0.0.1:${this.port}`],
      ["--mail-smtp-url", `smtp://127.0.0.1:${this.mail.port}`],
      ["--mail-from", "cards@example.com"],
      ["--mail-require-tls", "0"],
      ["--sms-url", `http://127.0.0.1:${this.sms.port}/messages`],
      ["--sms-from", "+15550100"],
      ["--limits-sign-ins-per-minute", "0"],
      ["--limits-requests-per-second", "0"],
    ].flat();
  }

  private async command(...words: string[]): Promise<string> {
    const { stdout } = await run(PROGRAM, [...words, ...this.settings()], { env: this.environment });
    return stdout;
  }

  private logEnd(): string {
    return readFileSync(this.logPath, "utf8").slice(-3000);
  }
}

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
