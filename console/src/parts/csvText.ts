/* CSV replies that come in parts, each with its header row. */
const LINE_END = "\r\n";

export const withoutHeader = (text: string): string => text.slice(text.indexOf(LINE_END) + LINE_END.length);

/* Records behind the header: a line end in quotes belongs to its field. */
export function countRecords(text: string): number {
  let lines = 0;
  let quoted = false;
  for (const [mark] of text.matchAll(/"|\r\n/g)) {
    if (mark === '"') {
      quoted = !quoted;
    } else if (!quoted) {
      lines += 1;
    }
  }
  return lines - 1;
}
