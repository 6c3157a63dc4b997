/** History at the prices of now: what it would change, and the run that does it. */

import { queryOptions } from "@tanstack/react-query";
import { call } from "./client";
import type { RunSummary } from "./runs";

export interface ModelChange {
  provider: string;
  model: string;
  calls: number;
  changed: number;
  before: number;
  after: number;
  unpriced_before: number;
  unpriced_after: number;
}

export interface RepricingPreview {
  prices: string;
  days: number;
  first_day: string | null;
  calls: number;
  changed: number;
  before: number;
  after: number;
  unpriced_before: number;
  unpriced_after: number;
  rows: number;
  models: ModelChange[];
}

export function repricingQuery(from: string) {
  return queryOptions({
    queryKey: ["repricing", from],
    queryFn: ({ signal }) => call<RepricingPreview>("repricing", { params: from ? { from } : {}, signal }),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
}

export function startRepricing(from: string, prices: string): Promise<RunSummary> {
  return call("repricing", { method: "POST", body: { ...(from ? { from } : {}), prices } });
}
