import type { ReactNode } from "react";

import classes from "./FactGrid.module.css";

export interface Fact {
  term: string;
  value: ReactNode;
}

/* What is known of something: pairs of a word and its value, in as many columns as fit; `flowing`: in a row instead. */
export function FactGrid({ facts, flowing = false }: { facts: Fact[]; flowing?: boolean }) {
  return (
    <dl className={flowing ? classes.flowing : classes.facts}>
      {facts.map(({ term, value }) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
