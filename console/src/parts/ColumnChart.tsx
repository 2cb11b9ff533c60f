import { Text } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useState, type PointerEvent } from "react";

import classes from "./ColumnChart.module.css";
import { labelledPlaces, roundTicks } from "./columnChartScale";
import { formatCompact, formatNumber } from "./format";

export interface ChartColumn {
  key: string;
  tick: string; // under the axis, where there is room
  value: number;
  told: string; // the whole sentence of this column
}

interface Props {
  columns: ChartColumn[];
  summary: string; // what the picture shows, in one sentence
  help: string; // how to see a single value
  pickLabel: string; // what a column stands for: "Day"
}

const HEIGHT = 220;
const TOP = 18;
const BOTTOM = 26;
const TICK_WIDTH = 76;
const VALUE_WIDTH = 30; // a column as wide as this has room for its value
const PLOT_HEIGHT = HEIGHT - TOP - BOTTOM;

/* Columns over time, read by eye, by pointer, by arrow keys and by ear. A table of the same belongs beside it. */
export function ColumnChart({ columns, summary, help, pickLabel }: Props) {
  const { ref, width } = useElementSize();
  const [chosen, setChosen] = useState<number | null>(null);
  const last = columns.length - 1;
  const ticks = roundTicks(Math.max(...columns.map((column) => column.value)));
  const top = ticks.at(-1) ?? 1;
  const left = 14 + Math.max(...ticks.map((tick) => formatNumber(tick).length)) * 7;
  const plotWidth = Math.max(width - left, 1);
  const step = plotWidth / columns.length;
  const labelled = labelledPlaces(columns.length, plotWidth, TICK_WIDTH);
  const yOf = (value: number) => TOP + PLOT_HEIGHT * (1 - value / top);
  const xOf = (index: number) => left + index * step;
  const current = chosen === null ? undefined : columns[Math.min(chosen, last)];

  const point = (event: PointerEvent<HTMLInputElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const index = Math.floor((event.clientX - box.left) / step);
    setChosen(Math.min(Math.max(index, 0), last));
  };

  return (
    <div>
      <Text size="sm" mb="xs">
        {current?.told ?? summary}
      </Text>
      <div className={classes.frame} ref={ref}>
        <svg className={classes.plot} width={width} height={HEIGHT} role="img" aria-label={summary}>
          {chosen !== null && (
            <rect className={classes.band} x={xOf(Math.min(chosen, last))} y={TOP} width={step} height={PLOT_HEIGHT} />
          )}
          {ticks.map((tick) => (
            <g key={tick}>
              <line className={classes.line} x1={left} x2={width} y1={yOf(tick)} y2={yOf(tick)} />
              <text className={classes.text} x={left - 8} y={yOf(tick)} textAnchor="end" dominantBaseline="middle">
                {formatNumber(tick)}
              </text>
            </g>
          ))}
          {columns.map((column, index) => (
            <g key={column.key}>
              {column.value > 0 && (
                <rect
                  className={index === chosen ? classes.chosen : classes.column}
                  x={xOf(index) + step * 0.12}
                  y={Math.min(yOf(column.value), TOP + PLOT_HEIGHT - 2)}
                  width={step * 0.76}
                  height={Math.max(PLOT_HEIGHT * (column.value / top), 2)}
                  rx={Math.min(2, step * 0.2)}
                />
              )}
              {column.value > 0 && step >= VALUE_WIDTH && (
                <text className={classes.value} x={xOf(index + 0.5)} y={yOf(column.value) - 5} textAnchor="middle">
                  {formatCompact(column.value)}
                </text>
              )}
              {labelled.has(index) && (
                <text
                  className={classes.text}
                  x={Math.min(xOf(index + 0.5), width)}
                  y={HEIGHT - 6}
                  textAnchor={xOf(index + 0.5) + TICK_WIDTH / 2 > width ? "end" : "middle"}
                >
                  {column.tick}
                </text>
              )}
            </g>
          ))}
        </svg>
        <input
          type="range"
          className={classes.picker}
          style={{ left, width: plotWidth }}
          aria-label={pickLabel}
          aria-valuetext={columns[chosen ?? last]?.told}
          min={0}
          max={last}
          value={chosen ?? last}
          onChange={(event) => setChosen(Number(event.currentTarget.value))}
          onFocus={() => setChosen((before) => before ?? last)}
          onBlur={() => setChosen(null)}
          onPointerMove={point}
          onPointerLeave={(event) => event.currentTarget !== document.activeElement && setChosen(null)}
        />
      </div>
      <Text size="xs" c="dimmed" mt={8}>
        {help}
      </Text>
    </div>
  );
}
