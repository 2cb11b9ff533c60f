import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";

import { waitUntil } from "./wait";

/** A process that does not outlive this one. */
export class Child {
  private readonly process: ChildProcess;
  private readonly end = () => this.process.kill("SIGKILL");

  constructor(
    readonly name: string,
    words: [string, ...string[]],
    options: SpawnOptions = {},
  ) {
    const [program, ...rest] = words;
    this.process = spawn(program, rest, { stdio: "ignore", ...options });
    this.process.on("error", (error) => console.error(`${name}: ${error.message}`));
    process.once("exit", this.end);
  }

  get runs(): boolean {
    return this.process.pid !== undefined && this.process.exitCode === null && this.process.signalCode === null;
  }

  /** The exit status, or the name of the signal that ended it. */
  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<number | string> {
    if (this.runs) this.process.kill(signal);
    try {
      await waitUntil(`${this.name} ends on ${signal}`, () => !this.runs);
    } catch (error) {
      this.process.kill("SIGKILL");
      throw error;
    } finally {
      process.removeListener("exit", this.end);
    }
    return this.process.exitCode ?? this.process.signalCode ?? "never started";
  }
}
