import type { Page } from "@playwright/test";

import { field } from "./forms";
import type { Customer, Installation, Series } from "./installation";

export interface Card {
  id: string;
  number: string | null;
  number_masked: string;
  status_label: string;
  [field: string]: unknown;
}

/** A source to attribute cards to, and a code before each card or not; no limits over all series. */
export async function setUpIssuing(
  installation: Installation,
  otp: { enabled: boolean; channel?: "sms" | "email" | "both" },
): Promise<void> {
  const source = await installation.api("POST", "/v1/sources", { name: installation.unique("Desk ") });
  await installation.api("PATCH", "/v1/settings", {
    issuing_source_id: source.id,
    otp: { channel: "both", ...otp },
    max_cards_per_customer: null,
    max_active_cards_per_customer: null,
  });
}

/** As it is for the tests that come after. */
export async function resetIssuing(installation: Installation): Promise<void> {
  await installation.api("PATCH", "/v1/settings", { otp: { enabled: false }, max_active_cards_per_customer: null });
}

/** The numbers of a new batch. */
export async function makeNumbers(installation: Installation, series: Series, count: number): Promise<string[]> {
  return (await makeBatch(installation, series, count)).numbers;
}

export async function makeBatch(installation: Installation, series: Series, count: number) {
  const batch = await installation.api("POST", `/v1/series/${series.id}/batches`, { count });
  const text = await installation.api<string>("GET", `/v1/batches/${batch.id}/numbers`);
  return { id: batch.id as string, numbers: text.trim().split(/\s+/) };
}

export async function cardsOf(installation: Installation, customer: Customer): Promise<Card[]> {
  return (await installation.api("GET", `/v1/cards?customer_id=${customer.id}`)).data;
}

export const openIssue = (page: Page, customer: Customer, way: "link" | "generate", series?: Series) =>
  page.goto(`/members/${customer.id}/issue?way=${way}${series ? `&series_id=${series.id}` : ""}`);

export const numberField = (page: Page) => field(page, "Card number");
export const codeField = (page: Page) => field(page, "OTP");
export const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
export const issuedHeading = (page: Page) => page.getByRole("heading", { name: "The card is issued" });
