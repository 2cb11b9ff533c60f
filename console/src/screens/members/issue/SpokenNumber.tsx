import { Text } from "@mantine/core";

import classes from "./SpokenNumber.module.css";

const GROUP = 4;

/* A number in groups, as people read it aloud. The gaps are drawn: what is selected and copied is the number alone. */
export function SpokenNumber({ number }: { number: string }) {
  const groups = number.match(new RegExp(`.{1,${GROUP}}`, "g")) ?? [];
  return (
    <Text component="p" className={`number ${classes.number}`}>
      {groups.map((group, index) => (
        <span key={index}>{group}</span>
      ))}
    </Text>
  );
}
