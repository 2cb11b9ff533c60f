/* pack.mjs FOLDER OUTPUT: writes the built files as C, for src/api/console.h. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};
const PLAIN_LEN_MAX = 1500; // what fits one packet is not compressed
const BYTES_A_LINE = 32;

function describe(folder, path) {
  const name = `/${relative(folder, path)}`;
  const type = TYPES[path.slice(path.lastIndexOf("."))];
  if (type === undefined) {
    throw new Error(`${name}: what is it? Add its ending to TYPES.`);
  }
  const plain = readFileSync(path);
  // The page gets a fresh nonce each time, so it must stay readable.
  const compressed = name !== "/index.html" && plain.length > PLAIN_LEN_MAX;
  return {
    path: name === "/index.html" ? "/" : name,
    type,
    compressed,
    namedByContent: name.startsWith("/assets/"),
    content: compressed ? gzipSync(plain, { level: 9 }) : plain,
  };
}

function bytes(content) {
  const lines = [];
  for (let at = 0; at < content.length; at += BYTES_A_LINE) {
    lines.push(Array.from(content.subarray(at, at + BYTES_A_LINE)).join(","));
  }
  return lines.join(",\n");
}

const [folder, output] = process.argv.slice(2);
const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => describe(folder, join(entry.parentPath ?? entry.path, entry.name)))
  .sort((a, b) => (a.path < b.path ? -1 : 1));

const arrays = files.map((file, i) => `static const unsigned char file_${i}[] = {\n${bytes(file.content)}\n};\n`);
const rows = files.map(
  (file, i) =>
    `    { "${file.path}", "${file.type}", ${file.compressed}, ${file.namedByContent}, file_${i}, sizeof file_${i} },\n`,
);
writeFileSync(
  output,
  `#include "api/console.h"\n\n${arrays.join("\n")}\nconst struct console_file console_files[] = {\n${rows.join("")}};\n` +
    `const int console_file_count = ${files.length};\n`,
);
