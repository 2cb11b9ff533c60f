/* Moves the focus after what is shown has changed: to the first of these ids that is there. */
export function focusSoon(...ids: string[]): void {
  requestAnimationFrame(() => {
    ids
      .map((id) => document.getElementById(id))
      .find((element) => element !== null)
      ?.focus();
  });
}
