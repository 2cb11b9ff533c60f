import type { ReactNode } from "react";

import classes from "./Facts.module.css";

export interface Fact {
  name: string;
  value: ReactNode;
}

interface Props {
  facts: Fact[];
  layout?: "lines" | "grid" | "row"; // each value beside its name; names over values in columns, or one after another
}

/* What is known of one thing: names and values, side by side where there is room. */
export function Facts({ facts, layout = "lines" }: Props) {
  return (
    <dl className={classes[layout]}>
      {facts.map((fact) => (
        <div key={fact.name}>
          <dt>{fact.name}</dt>
          <dd>{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}
