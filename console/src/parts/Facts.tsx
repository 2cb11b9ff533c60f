import type { ReactNode } from "react";

import classes from "./Facts.module.css";

export interface Fact {
  name: string;
  value: ReactNode;
}

/* What is known of one thing: names and values, side by side where there is room. */
export function Facts({ facts }: { facts: Fact[] }) {
  return (
    <dl className={classes.facts}>
      {facts.map((fact) => (
        <div key={fact.name} className={classes.fact}>
          <dt className={classes.name}>{fact.name}</dt>
          <dd className={classes.value}>{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}
