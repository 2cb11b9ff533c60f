import { Text } from "@mantine/core";

import classes from "./Grouped.module.css";

const GROUP = /.{1,4}/g;

/* A number or a secret in groups, as people read it aloud. The gaps are drawn: what is selected and copied is it alone. */
export function Grouped({ text, size }: { text: string; size: number }) {
  return (
    <Text component="p" fz={size} className={`number ${classes.grouped}`}>
      {(text.match(GROUP) ?? []).map((group, index) => (
        <span key={index}>{group}</span>
      ))}
    </Text>
  );
}
