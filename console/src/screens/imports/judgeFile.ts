/*
 * Looks through a file before it is sent, so that what is wrong with it as a whole is told at once. The program judges
 * it again. Nothing that stands in the file is repeated: one without a header begins with somebody's number.
 */
import { FILE_LEN_MAX, IMPORT_KINDS, ROW_COUNT_MAX, type Kind } from "./kinds";

export type FileFault =
  | { code: "empty" | "too_big" | "not_utf8" | "not_csv" | "semicolons" | "no_header" | "no_rows" }
  | { code: "too_many_rows"; count: number }
  | { code: "unknown_column"; places: number[] }
  | { code: "column_twice" | "column_missing" | "column_forbidden"; column: string };

export type Judged = { rows: number; columns: string[] } | { fault: FileFault };

const NEW_LINE = 10;
const RETURN = 13;
const QUOTE = 34;

/* Where the line that begins here ends, quotes minded; its line end is left out. */
function endOfLine(text: string, from: number): number {
  let quoted = false;
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      quoted = !quoted;
    } else if (code === NEW_LINE && !quoted) {
      return at;
    }
  }
  return text.length;
}

const isEmptyLine = (text: string, from: number, end: number): boolean =>
  end === from || (end === from + 1 && text.charCodeAt(from) === RETURN);

/* Calls back for each line that is not empty. */
function eachLine(text: string, take: (from: number, end: number) => void): void {
  for (let from = 0; from < text.length;) {
    const end = endOfLine(text, from);
    if (!isEmptyLine(text, from, end)) {
      take(from, end);
    }
    from = end + 1;
  }
}

const namesOf = (line: string): string[] =>
  line.split(",").map((name) =>
    name
      .trim()
      .replace(/^"(.*)"$/, "$1")
      .trim(),
  );

function judgeHeader(kind: Kind, line: string, may: (permission: string) => boolean): FileFault | null {
  const { columns } = IMPORT_KINDS[kind];
  const names = namesOf(line);
  const known = (name: string) => columns.some((column) => column.name === name);
  const places = names.flatMap((name, index) => (known(name) ? [] : [index + 1]));
  const twice = names.find((name, index) => known(name) && names.indexOf(name) !== index);
  const missing = columns.find((column) => column.required && !names.includes(column.name));
  const forbidden = columns.find(
    (column) => column.permission && names.includes(column.name) && !may(column.permission),
  );
  if (names.length === 1 && /[;\t]/.test(line)) {
    return { code: "semicolons" };
  }
  if (places.length === names.length) {
    return { code: "no_header" };
  }
  if (places.length > 0) {
    return { code: "unknown_column", places };
  }
  if (twice !== undefined) {
    return { code: "column_twice", column: twice };
  }
  if (missing) {
    return { code: "column_missing", column: missing.name };
  }
  return forbidden ? { code: "column_forbidden", column: forbidden.name } : null;
}

async function textOf(file: File): Promise<string | null> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    return null;
  }
}

export async function judgeFile(kind: Kind, file: File, may: (permission: string) => boolean): Promise<Judged> {
  if (file.size === 0) {
    return { fault: { code: "empty" } };
  }
  if (file.size > FILE_LEN_MAX) {
    return { fault: { code: "too_big" } };
  }
  const text = await textOf(file);
  if (text === null) {
    return { fault: { code: "not_utf8" } };
  }
  if (text.includes("\0")) {
    return { fault: { code: "not_csv" } };
  }
  let header: string | null = null;
  let rows = 0;
  eachLine(text, (from, end) => {
    if (header === null) {
      header = text.slice(from, end).replace(/\r$/, "");
    } else {
      rows += 1;
    }
  });
  const fault = judgeHeader(kind, header ?? "", may);
  if (fault) {
    return { fault };
  }
  if (rows === 0) {
    return { fault: { code: "no_rows" } };
  }
  if (rows > ROW_COUNT_MAX) {
    return { fault: { code: "too_many_rows", count: rows } };
  }
  return { rows, columns: namesOf(header ?? "") };
}
