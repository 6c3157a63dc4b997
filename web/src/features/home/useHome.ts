/** What the four questions of Home need, asked of the API at once. */

import { useQueries, useQuery } from "@tanstack/react-query";
import { metricsQuery } from "@/api/metrics";
import { fewTracesQuery } from "@/api/traces";
import type { MetricRow } from "@/api/types";
import { rangeOf } from "@/domain/address";
import { absoluteRange, intervalFor, resolveRange } from "@/domain/timeRange";
import { scoreNamesOf } from "@/features/traces/columns";
import { listQueryOf, useAddress } from "@/ui/address";
import { useNow } from "@/ui/hooks";

const TOTALS = [
  { measure: "traces", aggregation: "count" },
  { measure: "errors", aggregation: "sum" },
  { measure: "refusals", aggregation: "sum" },
  { measure: "users", aggregation: "uniq" },
  { measure: "cost", aggregation: "sum" },
  { measure: "tokens", aggregation: "sum" },
  { measure: "duration", aggregation: "p95" },
];

/** Attributes of few values, by which quality is looked at. */
export const SLICES = ["release", "feature", "user_tier", "model", "prompt_fingerprint", "tag"] as const;

export function useHome() {
  const [search] = useAddress();
  const now = useNow();
  const { filter, from, to } = listQueryOf(search);
  const range = resolveRange(rangeOf(search), now);
  const interval = intervalFor(range.from, range.to, 100);
  const before = absoluteRange(range.from - (range.to - range.from), range.from);
  const scope = { filter, from, to };

  const totals = useQuery(metricsQuery({ measures: TOTALS, ...scope }));
  // The period before is asked for by rounded times, so that the answer is kept while the clock moves on.
  const previous = useQuery(
    metricsQuery({ measures: TOTALS, filter, from: roundMinutes(before.from), to: roundMinutes(before.to) }),
  );
  const outcomes = useQuery(
    metricsQuery({
      measures: [{ measure: "traces", aggregation: "count" }],
      dimensions: ["outcome"],
      interval,
      ...scope,
    }),
  );
  const costs = useQuery(
    metricsQuery({ measures: [{ measure: "cost", aggregation: "sum" }], dimensions: ["model"], interval, ...scope }),
  );
  const features = useQuery(
    metricsQuery({ measures: [{ measure: "cost", aggregation: "sum" }], dimensions: ["feature"], ...scope }),
  );
  const recent = useQuery(fewTracesQuery({ ...scope, order: "-start_time" }, 200));
  const names = scoreNamesOf(recent.data?.data ?? []).slice(0, 4);
  return { search, range, interval, scope, totals, previous, outcomes, costs, features, recent, names };
}

export type HomeState = ReturnType<typeof useHome>;

function roundMinutes(iso: string): string {
  return new Date(Math.floor(Date.parse(iso) / 60_000) * 60_000).toISOString();
}

/** Mean and count of a score over time, in all, and by each slice. */
export function useQuality(name: string | undefined, { scope, interval }: HomeState) {
  const measures = [
    { measure: `score:${name}`, aggregation: "avg" },
    { measure: `score:${name}`, aggregation: "count" },
  ];
  const enabled = name !== undefined;
  const series = useQuery({ ...metricsQuery({ measures, interval, ...scope }), enabled });
  const whole = useQuery({ ...metricsQuery({ measures, ...scope }), enabled });
  const slices = useQueries({
    queries: SLICES.map((dimension) => ({ ...metricsQuery({ measures, dimensions: [dimension], ...scope }), enabled })),
  });
  return { series, whole, slices };
}

export interface ScorePoint {
  mean: number;
  count: number;
}

export function scorePoint(row: MetricRow | undefined, name: string): ScorePoint | null {
  const mean = row?.[`score:${name}_avg`];
  const count = row?.[`score:${name}_count`];
  return typeof mean === "number" && typeof count === "number" ? { mean, count } : null;
}
