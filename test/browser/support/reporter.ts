import type { FullResult, Reporter, TestCase, TestError, TestResult } from "@playwright/test/reporter";

const COLOURS = /\x1b\[[0-9;]*m/g;

/** A line for each test and the closing line that test/suites.py counts. */
export default class ClosingLineReporter implements Reporter {
  private passed = 0;
  private failed = 0;
  private skipped = 0;

  printsToStdio(): boolean {
    return true;
  }

  onStdOut(chunk: string | Buffer): void {
    process.stdout.write(chunk);
  }

  onStdErr(chunk: string | Buffer): void {
    process.stderr.write(chunk);
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    const name = test.titlePath().slice(2).join(": ");
    if (result.status === "skipped") {
      this.skipped += 1;
      return;
    }
    if (result.status === test.expectedStatus) {
      this.passed += 1;
      console.log(`ok   ${name} (${(result.duration / 1000).toFixed(2)} s)`);
      return;
    }
    const last = result.retry >= test.retries;
    this.failed += last ? 1 : 0;
    console.log(`${last ? "FAIL" : "again"} ${name} (${result.status})`);
    result.errors.forEach((error) => this.show(error));
    for (const { name: what, path } of result.attachments) {
      if (path) console.log(`     ${what}: ${path}`);
    }
  }

  /** What belongs to no test: a spec that does not load, a worker that could not end. */
  onError(error: TestError): void {
    this.failed += 1;
    console.log("FAIL outside of a test");
    this.show(error);
  }

  onEnd(result: FullResult): void {
    if (result.status === "timedout" || result.status === "interrupted") this.failed += 1;
    console.log(`${this.passed} passed, ${this.failed} failed` + (this.skipped > 0 ? `, ${this.skipped} skipped` : ""));
  }

  private show(error: TestError): void {
    const text = [error.stack ?? error.message ?? error.value ?? "", error.snippet ?? ""].join("\n");
    console.log(text.replace(COLOURS, "").trim().replace(/^/gm, "     "));
  }
}
