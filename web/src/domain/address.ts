/**
 * The state of a page as it stands in its address: plain words in the query string, never JSON, so that a link can be read,
 * typed and shared. Shared by every route: time range and environment stay while people move between pages.
 */

import { DEFAULT_RANGE, type TimeRange } from "./timeRange";

/** Every key that any page keeps in its address. */
export interface PageSearch {
  from?: string;
  to?: string;
  env?: string;
  filter?: string;
  order?: string;
  columns?: string;
  peek?: string;
  span?: string;
  tab?: string;
  view?: string;
  bars?: string;
  folded?: string;
  zoom?: string;
  live?: string;
  find?: string;
  with?: string;
  q?: string;
  saved?: string;
  edit?: string;
  score?: string;
  /** Panes of the playground, packed (`domain/panes`): the one value here that nobody can read. */
  panes?: string;
  /** Names panes that are too long for an address. */
  draft?: string;
}

const KEYS: readonly (keyof PageSearch)[] = [
  "from",
  "to",
  "env",
  "filter",
  "order",
  "columns",
  "peek",
  "span",
  "tab",
  "view",
  "bars",
  "folded",
  "zoom",
  "live",
  "find",
  "with",
  "q",
  "saved",
  "edit",
  "score",
  "panes",
  "draft",
];

/** Keeps what is known and is text. */
export function validateSearch(raw: Record<string, unknown>): PageSearch {
  const search: PageSearch = {};
  for (const key of KEYS) {
    const value = raw[key];
    if (typeof value === "string" && value !== "") search[key] = value;
  }
  return search;
}

export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(search))
    if (typeof value === "string" && value !== "") params.set(key, value);
  const text = params.toString().replace(/%3A/g, ":").replace(/%2C/g, ",").replace(/%2F/g, "/");
  return text ? `?${text}` : "";
}

export function rangeOf(search: PageSearch): TimeRange {
  return { from: search.from ?? DEFAULT_RANGE.from, to: search.to ?? "" };
}

/** What goes along from one page to another. */
export function carried(search: PageSearch): PageSearch {
  return { from: search.from, to: search.to, env: search.env };
}
