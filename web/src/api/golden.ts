/** Golden sets: a judge's frozen cases, and what it says of them day by day. */

import { queryOptions } from "@tanstack/react-query";
import { ApiProblem, call } from "./client";
import type { Estimate } from "./evaluators";

export interface GoldenCheck {
  id: string;
  time: string;
  version: number;
  judge_model: string;
  cost: number | null;
  missing: number;
  mean: Estimate | null;
  agreement: Estimate | null;
  shift: Estimate | null;
  agreement_shift: Estimate | null;
  moved: boolean;
}

export interface GoldenSet {
  size: number;
  next_time: string;
  last_run: string;
  note: string;
  frozen_by: string;
  frozen_time: string;
  checks: GoldenCheck[];
}

const path = (id: string, ...rest: string[]) =>
  ["evaluators", id, "golden-set", ...rest].map(encodeURIComponent).join("/");

/** The set, or null where none is frozen. */
export function goldenQuery(id: string) {
  return queryOptions({
    queryKey: ["evaluators", id, "golden-set"],
    queryFn: async ({ signal }): Promise<GoldenSet | null> => {
      try {
        return await call<GoldenSet>(path(id), { signal });
      } catch (error) {
        if (error instanceof ApiProblem && error.code === "no_such_golden_set") return null;
        throw error;
      }
    },
    refetchInterval: 15_000,
  });
}

export function freezeGolden(id: string): Promise<GoldenSet> {
  return call(path(id), { method: "PUT", body: {} });
}

export function deleteGolden(id: string): Promise<void> {
  return call(path(id), { method: "DELETE" });
}

export function checkGolden(id: string): Promise<{ id: string; items: number }> {
  return call(path(id, "checks"), { method: "POST", body: {} });
}
