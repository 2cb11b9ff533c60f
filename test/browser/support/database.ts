import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { POSTGRES, PYTHON } from "./places";

const run = promisify(execFile);

const SQLITE_SCRIPT = `
import sqlite3, sys
with sqlite3.connect(sys.argv[1], timeout=10) as database:
    database.execute(sys.argv[2])
`;

/** Where an installation keeps its data: SQLite in its folder, or a new database of the PostgreSQL that is lent. */
export class Database {
  private constructor(
    private readonly file: string,
    private readonly name: string | undefined,
    readonly url: string | undefined,
  ) {}

  static async create(data: string): Promise<Database> {
    const file = join(data, "cardwright.db");
    if (POSTGRES === undefined) return new Database(file, undefined, undefined);
    const name = `cardwright_browser_${process.pid}`;
    await psql(POSTGRES, `CREATE DATABASE ${name}`);
    return new Database(file, name, POSTGRES.replace(/^(\w+:\/\/[^/]*\/)[^?]*/, `$1${name}`));
  }

  /** Past the program, for what a test cannot wait for. */
  async execute(sql: string): Promise<void> {
    if (this.url !== undefined) await psql(this.url, sql);
    else await run(PYTHON, ["-c", SQLITE_SCRIPT, this.file, sql]);
  }

  async remove(): Promise<void> {
    if (POSTGRES !== undefined) await psql(POSTGRES, `DROP DATABASE IF EXISTS ${this.name} WITH (FORCE)`);
  }
}

async function psql(url: string, sql: string): Promise<void> {
  await run("/usr/bin/psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql, url]);
}
