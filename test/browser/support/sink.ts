import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { Child } from "./child";
import { PEERS, PYTHON } from "./places";
import { waitUntil } from "./wait";

export interface Message {
  channel: "email" | "sms";
  to: string;
  subject: string | null;
  body: string;
}

interface Written {
  to?: string;
  rcpt_to?: string[];
  subject?: string | null;
  body: string;
}

const SCRIPTS = { email: "smtp_sink.py", sms: "sms_sink.py" } as const;

/** A mail server or SMS gateway that takes every message and keeps it, in a folder of its own. */
export class Sink {
  private constructor(
    private readonly channel: Message["channel"],
    private readonly folder: string,
    private readonly child: Child,
    readonly port: number,
  ) {}

  static async start(channel: Message["channel"], folder: string): Promise<Sink> {
    const script = SCRIPTS[channel];
    const child = new Child(script, [PYTHON, join(PEERS, script), "0", folder], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    const portFile = join(folder, "port");
    const port = await waitUntil(`${script} listens`, () => existsSync(portFile) && readFileSync(portFile, "utf8"));
    return new Sink(channel, folder, child, Number(port));
  }

  /** What it took, oldest first; `name` rises with each. */
  messages(): (Message & { name: string })[] {
    const names = readdirSync(this.folder).filter((name) => /^\d+\.json$/.test(name));
    return names.sort().flatMap((name) => {
      const written = JSON.parse(readFileSync(join(this.folder, name), "utf8")) as Written;
      const recipients = written.rcpt_to ?? (written.to === undefined ? [] : [written.to]);
      const { subject = null, body } = written;
      return recipients.map((to) => ({ name, channel: this.channel, to, subject, body }));
    });
  }

  async stop(): Promise<void> {
    await this.child.stop();
  }
}
