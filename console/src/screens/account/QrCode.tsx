import { encode } from "uqr";

import classes from "./QrCode.module.css";

const QUIET_ZONE = 4; // modules around it, which readers need

function pathOf(modules: boolean[][]): string {
  const runs: string[] = [];
  modules.forEach((row, y) => {
    for (let x = 0; x < row.length; x++) {
      const start = x;
      while (row[x]) {
        x++;
      }
      if (x > start) {
        runs.push(`M${start} ${y}h${x - start}v1h-${x - start}z`);
      }
    }
  });
  return runs.join("");
}

/* Black on white in dark colours as well: many cameras read nothing else. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { ecc: "M", border: QUIET_ZONE });
  return (
    <svg
      className={classes.code}
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
    >
      <path fill="#fff" d={`M0 0h${size}v${size}h-${size}z`} />
      <path fill="#000" d={pathOf(data)} />
    </svg>
  );
}
