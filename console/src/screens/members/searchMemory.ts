/*
 * What somebody searched, so that Back shows the results again, and so that another screen can ask for a search.
 *
 * Always true: the text stays in this module. The history of the browser holds a mark for it, never the text.
 */
let kept = { mark: "", userId: "", text: "" };

export interface SearchState {
  search: string; // the mark
}

const markOf = (state: unknown): string => (state as Partial<SearchState> | null)?.search ?? "";

/* For navigate("/members", { state }). */
export function rememberSearch(userId: string, text: string): SearchState {
  kept = { mark: `search-${Date.now()}`, userId, text };
  return { search: kept.mark };
}

/* The search that belongs to this entry of the browser's history. */
export function recalledSearch(userId: string): string {
  const mark = markOf(window.history.state);
  return mark !== "" && mark === kept.mark && userId === kept.userId ? kept.text : "";
}

/* Before leaving the search: the entry of the history that is shown now gets the mark. */
export function keepSearch(userId: string, text: string): void {
  window.history.replaceState(rememberSearch(userId, text), "");
}
