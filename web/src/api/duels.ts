/** Duels: answers compared two by two, in both orders. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { call } from "./client";
import type { Estimate } from "./evaluators";
import { isActive, type Run } from "./runs";
import type { Page } from "./types";

export type Winner = "first" | "second" | "tie" | "";

export interface Side {
  contestant: string;
  trace_id: string;
  span_id: string;
  session_id: string;
  experiment: string;
  item: string;
  question: string;
  text: string;
  /** Why it cannot be read any more. */
  error: string;
}

export interface Order {
  winner: Winner;
  reason: string;
  status: "valid" | "invalid" | "refused";
  model: string;
  trace_id: string;
  cost: number | null;
}

export interface Duel {
  position: number;
  state: string;
  error: string;
  won: number | null;
  lean: number | null;
  kin: Winner;
  orders: Order[];
  first: Side;
  second: Side;
}

export interface Standing {
  name: string;
  strength: Estimate;
  won: number;
  lost: number;
  tied: number;
}

export interface Standings {
  contestants: Standing[];
  decided: number;
  missing: number;
  failed: number;
  agreement: Estimate | null;
  lean: Estimate | null;
  kin: Estimate | null;
}

export interface Place {
  target: "span" | "trace";
  trace_id: string;
  span_id?: string;
}

export interface DuelsDraft {
  title?: string;
  judge: { connection: string; model: string; criteria?: string };
  contestants?: { name?: string; experiment?: string; filter?: string }[];
  pairs?: { first: Place; second: Place }[];
  limit: number;
  max_cost?: number;
}

export interface DuelsPreview {
  duels: number;
  calls: number;
  contestants: string[];
  alone: number;
}

const BUSY_MS = 1_500;
const at = (id: string, rest = "") => `duels/${encodeURIComponent(id)}${rest}`;

export function contestsQuery() {
  return queryOptions({
    queryKey: ["runs", "duels"],
    queryFn: ({ signal }) => call<Page<Run>>("runs", { params: { kind: "duels", limit: 100 }, signal }),
    select: ({ data }) => data,
    refetchInterval: ({ state }) => (state.data?.data.some(isActive) ? BUSY_MS : false),
  });
}

export function standingsQuery(id: string, active: boolean) {
  return queryOptions({
    queryKey: ["duels", id, active],
    queryFn: ({ signal }) => call<Standings>(at(id), { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: active ? BUSY_MS : false,
  });
}

const LISTED = 500;

export function duelsQuery(id: string, active: boolean) {
  return queryOptions({
    queryKey: ["duels", id, "list", active],
    queryFn: ({ signal }) => call<Page<Duel>>(at(id, "/duels"), { params: { limit: LISTED }, signal }),
    select: ({ data }) => data,
    placeholderData: keepPreviousData,
    refetchInterval: active ? 2 * BUSY_MS : false,
  });
}

export function duelQuery(id: string, position: number) {
  return queryOptions({
    queryKey: ["duels", id, "one", position],
    queryFn: ({ signal }) => call<Duel>(at(id, `/duels/${position}`), { signal }),
    placeholderData: keepPreviousData,
  });
}

export function previewQuery(draft: DuelsDraft | null, range: { from: string; to: string }) {
  return queryOptions({
    queryKey: ["duel-preview", draft, range],
    queryFn: ({ signal }) =>
      call<DuelsPreview>("duel-previews", { method: "POST", params: range, body: draft, signal }),
    enabled: draft !== null,
    retry: false,
  });
}

export function startDuels(draft: DuelsDraft, range: { from: string; to: string }): Promise<Run> {
  return call("duels", { method: "POST", params: range, body: draft });
}
