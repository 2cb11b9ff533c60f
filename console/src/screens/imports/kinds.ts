/* What can be imported: the columns of the file, and what one must be allowed to. As the program has them. */
import type { Job } from "@/parts/job";

export type Kind = Extract<Job["kind"], `import_${string}`>; // there are jobs that import nothing

export interface ImportColumn {
  name: string;
  text:
    | "external_id"
    | "first_name"
    | "last_name"
    | "mobile"
    | "email"
    | "date_of_birth"
    | "nationality"
    | "number"
    | "series_code"
    | "status_label"
    | "card_external_id"
    | "customer_external_id"
    | "customer_mobile"
    | "customer_email";
  example: string;
  required?: boolean;
  permission?: string; // of a file that has this column
}

export interface ImportKind {
  path: "/v1/customers/import" | "/v1/card-numbers/import";
  permission: string;
  help: "customersHelp" | "numbersHelp";
  columns: ImportColumn[];
}

const ISSUE = "issue_cards";

export const IMPORT_KINDS: Record<Kind, ImportKind> = {
  import_customers: {
    path: "/v1/customers/import",
    permission: "change_customers",
    help: "customersHelp",
    columns: [
      { name: "external_id", text: "external_id", example: "C-1001" },
      { name: "first_name", text: "first_name", example: "Asha" },
      { name: "last_name", text: "last_name", example: "Rao" },
      { name: "mobile", text: "mobile", example: "+919800000001" },
      { name: "email", text: "email", example: "asha@example.com" },
      { name: "date_of_birth", text: "date_of_birth", example: "1990-04-12" },
      { name: "nationality", text: "nationality", example: "IN" },
    ],
  },
  import_card_numbers: {
    path: "/v1/card-numbers/import",
    permission: "register_numbers",
    help: "numbersHelp",
    columns: [
      { name: "number", text: "number", example: "GOLD000000123", required: true },
      { name: "series_code", text: "series_code", example: "GOLD" },
      { name: "status_label", text: "status_label", example: "" },
      { name: "external_id", text: "card_external_id", example: "K-1" },
      { name: "customer_external_id", text: "customer_external_id", example: "C-1001", permission: ISSUE },
      { name: "customer_mobile", text: "customer_mobile", example: "", permission: ISSUE },
      { name: "customer_email", text: "customer_email", example: "", permission: ISSUE },
    ],
  },
};

export const KINDS = Object.keys(IMPORT_KINDS) as Kind[];

/* Those that somebody may use. */
export const columnsFor = (kind: Kind, may: (permission: string) => boolean): ImportColumn[] =>
  IMPORT_KINDS[kind].columns.filter((column) => !column.permission || may(column.permission));

export const FILE_LEN_MAX = 32 * 1024 * 1024;
export const ROW_COUNT_MAX = 1_000_000;

export type ImportJob = Job & { kind: Kind };

export const isImport = (job: Job): job is ImportJob => job.kind in IMPORT_KINDS;
