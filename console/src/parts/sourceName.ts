import type { Schemas } from "@/api/client";

export const sourceName = ({ name, account }: Schemas["Source"]): string => (account ? `${name} · ${account}` : name);
