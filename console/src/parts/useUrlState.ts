import { useSearchParams } from "wouter";

/*
 * The state of a list (filters, page) in the address, so that it can be reloaded, sent to a colleague and gone back to.
 * Never a card number, a name or a contact: addresses end up in histories and logs.
 */
export function useUrlState<Name extends string>(names: readonly Name[]): {
  values: Record<Name, string>;
  set: (changes: Partial<Record<Name, string>>) => void; // "" takes one out; a changed filter goes to the first page
} {
  const [params, setParams] = useSearchParams();
  const values = Object.fromEntries(names.map((name) => [name, params.get(name) ?? ""])) as Record<Name, string>;

  const set = (changes: Partial<Record<Name, string>>) =>
    setParams((before) => {
      const after = new URLSearchParams(before);
      if (!("after" in changes)) {
        after.delete("after");
      }
      for (const [name, value] of Object.entries<string | undefined>(changes)) {
        if (value) {
          after.set(name, value);
        } else {
          after.delete(name);
        }
      }
      return after;
    });

  return { values, set };
}
