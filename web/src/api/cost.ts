/** Budgets, what-if questions, and what the documents of retrievals cost. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { CostDay } from "@/domain/daySpend";
import { call } from "./client";
import type { Page } from "./types";

export interface BudgetBody {
  name: string;
  filter: string;
  period: "day" | "week" | "month";
  amount: number;
}

export interface Budget extends BudgetBody {
  id: string;
  start: string;
  end: string;
  spent: number;
  unpriced: number;
  elapsed: number;
  burn: number | null;
  forecast: { value: number; low: number | null; high: number | null; days: number } | null;
  state: "ok" | "at_risk" | "over";
}

export function budgetsQuery() {
  return queryOptions({
    queryKey: ["budgets"],
    queryFn: ({ signal }) => call<Page<Budget>>("budgets", { signal }),
    select: ({ data }) => data,
  });
}

export function createBudget(body: BudgetBody): Promise<Budget> {
  return call("budgets", { method: "POST", body });
}

export function deleteBudget(id: string): Promise<void> {
  return call(`budgets/${encodeURIComponent(id)}`, { method: "DELETE" });
}

export interface WhatIf {
  model: string;
  source: string;
  calls: number;
  left_out: number;
  cost: number;
  other_cost: number | null;
  kinds: { kind: string; tokens: number; cost: number | null }[];
}

export interface CostScope {
  from: string;
  to: string;
  filter: string;
}

export function whatIfQuery(model: string, scope: CostScope) {
  return queryOptions({
    queryKey: ["what-if", model, scope],
    queryFn: ({ signal }) => call<WhatIf>("cost/what-if", { params: { model, ...scope }, signal }),
    enabled: model !== "",
    retry: false,
  });
}

export interface Context {
  traces: number;
  documents: number;
  input_tokens: number;
  context_cost: number;
  cost: number;
}

export interface ClassContext {
  document_class: string;
  index_version: string;
  now: Context;
  before: Context | null;
  inflation: number | null;
  excess_cost: number | null;
}

export function retrievalQuery(scope: CostScope) {
  return queryOptions({
    queryKey: ["retrieval", scope],
    queryFn: ({ signal }) => call<Page<ClassContext>>("cost/retrieval", { params: { ...scope }, signal }),
    placeholderData: keepPreviousData,
    select: ({ data }) => data,
  });
}

/** Daily roll-ups by the values of some fields. */
export function costDaysQuery(by: readonly string[], from: string, to: string) {
  // The same parameter several times.
  const asked = new URLSearchParams(by.map((field) => ["by", field]));
  if (from) asked.set("from", from);
  if (to) asked.set("to", to);
  return queryOptions({
    queryKey: ["cost-days", by, from, to],
    queryFn: ({ signal }) => call<Page<CostDay>>(`cost/days?${asked}`, { signal }),
    placeholderData: keepPreviousData,
    select: ({ data }) => data,
  });
}
