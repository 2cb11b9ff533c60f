import { join, resolve } from "node:path";

export const ROOT = resolve(__dirname, "../../..");
export const LOGS = join(ROOT, "build-logs");
export const PEERS = join(ROOT, "test/peers");
export const PYTHON = "/usr/bin/python3";
export const PROGRAM = resolve(ROOT, process.env.CARDWRIGHT_TEST_PROGRAM ?? "build-release/src/main/cardwright");

/** The URL of a PostgreSQL server that is lent to the tests. */
export const POSTGRES = process.env.CARDWRIGHT_TEST_POSTGRES || undefined;
export const ENGINE = POSTGRES === undefined ? "sqlite" : "postgres";
