/** Experiments that the server runs: what one will cost, and beginning it. */

import { queryOptions } from "@tanstack/react-query";
import type { Estimate, RunBody } from "@/domain/experiments";
import { call } from "./client";

export interface Started {
  experiment_id: string;
  run_id: string;
  calls: number;
}

export function startExperiment(body: RunBody): Promise<Started> {
  return call("experiment-runs", { method: "POST", body });
}

export function estimatesQuery(bodies: readonly RunBody[], enabled: boolean) {
  return queryOptions({
    queryKey: ["experiment-estimates", bodies],
    queryFn: () =>
      Promise.all(bodies.map((body) => call<Estimate>("experiment-run-estimates", { method: "POST", body }))),
    enabled: enabled && bodies.length > 0,
    retry: false,
  });
}
