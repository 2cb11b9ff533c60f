import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "@playwright/test";

import { ROOT } from "./support/places";

type Texts = Record<string, unknown>;

test("each code that the program answers with has a text of its own", () => {
  const reference = readFileSync(join(ROOT, "docs/reference/errors.md"), "utf8");
  const codes = [...reference.matchAll(/^\| `(\w+)` \|/gm)].map((row) => row[1]!);
  const texts = JSON.parse(readFileSync(join(ROOT, "console/src/texts/en/problems.json"), "utf8")) as Texts;
  expect(codes.length).toBeGreaterThan(90);
  expect(codes.filter((code) => typeof texts[code] !== "string")).toEqual([]);
  const known = new Set([...codes, "connection_lost", "unexpected_reply"]);
  expect(Object.keys(texts.next as Texts).filter((code) => !known.has(code))).toEqual([]);
});
