const SAVE_WITHIN_MS = 60_000; // a browser may ask where to before it reads the file

/* Hands a file that was made or received in the page to the browser's downloads. */
export function saveFile(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), SAVE_WITHIN_MS);
}
