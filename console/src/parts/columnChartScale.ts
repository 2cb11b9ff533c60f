const STEPS = [1, 2, 5, 10];

/* A few round values from 0 to the first that is not below `max`: whole numbers only. */
export function roundTicks(max: number, intervals = 4): number[] {
  const rough = Math.max(max, 1) / intervals;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, power * (STEPS.find((one) => one * power >= rough) ?? 10));
  return Array.from({ length: Math.max(1, Math.ceil(max / step)) + 1 }, (_, index) => index * step);
}

/* Which of `count` places have room for a label of this width: the last one, and back from it in equal steps. */
export function labelledPlaces(count: number, width: number, labelWidth: number): Set<number> {
  const every = Math.max(1, Math.ceil((count * labelWidth) / Math.max(width, 1)));
  const places = new Set<number>();
  for (let index = count - 1; index >= 0; index -= every) {
    places.add(index);
  }
  return places;
}
