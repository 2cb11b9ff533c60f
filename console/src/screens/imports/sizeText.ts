import i18next from "i18next";

import { FILE_LEN_MAX } from "./kinds";

/* "32 MB", as the reader's language writes it. */
export const largestFile = (): string =>
  new Intl.NumberFormat(i18next.language, { style: "unit", unit: "megabyte" }).format(FILE_LEN_MAX / 1024 / 1024);
