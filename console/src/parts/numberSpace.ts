/* From nine tenths on, as the program warns. */
export const isNearlyFull = (total: bigint, drawn: bigint): boolean => drawn >= total - total / 10n;
