/* All values of a type, in this order: one that is left out breaks the build. */
export const everyValue = <Value extends string>(values: Record<Value, true>): Value[] =>
  Object.keys(values) as Value[];
