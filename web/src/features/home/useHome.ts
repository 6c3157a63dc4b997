/** What the four questions of Home need, asked of the API at once. */

import { useQueries, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { changesQuery } from "@/api/dashboards";
import { metricsQuery, scoreNamesQuery } from "@/api/metrics";
import type { MetricRow } from "@/api/types";
import { rangeOf } from "@/domain/address";
import { marksOf } from "@/domain/dashboards";
import { absoluteRange, intervalFor, resolveRange } from "@/domain/timeRange";
import { listQueryOf, useAddress } from "@/ui/address";
import { useNarrow, useNow } from "@/ui/hooks";

const TOTALS = [
  { measure: "traces", aggregation: "count" },
  { measure: "users", aggregation: "uniq" },
  { measure: "cost", aggregation: "sum" },
  { measure: "tokens", aggregation: "sum" },
  { measure: "duration", aggregation: "p95" },
];

/** Attributes of few values, by which quality is looked at. */
export const SLICES = ["release", "feature", "user_tier", "model", "prompt_fingerprint", "tags"] as const;

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
  const ends = { measures: [{ measure: "traces", aggregation: "count" }], dimensions: ["outcome"] };
  const previousEnds = useQuery(
    metricsQuery({ ...ends, filter, from: roundMinutes(before.from), to: roundMinutes(before.to) }),
  );
  const outcomes = useQuery(metricsQuery({ ...ends, interval, ...scope }));
  const costs = useQuery(
    metricsQuery({ measures: [{ measure: "cost", aggregation: "sum" }], dimensions: ["model"], interval, ...scope }),
  );
  const features = useQuery(
    metricsQuery({ measures: [{ measure: "cost", aggregation: "sum" }], dimensions: ["feature"], ...scope }),
  );
  const changes = useQuery(changesQuery({ from, to }));
  const narrow = useNarrow();
  const marks = useMemo(() => marksOf(changes.data ?? [], range, narrow ? 4 : 8), [changes.data, range, narrow]);
  const given = useQuery(scoreNamesQuery({ from, to }));
  const frequent = useMemo(() => (given.data ?? []).slice(0, NAMES_ASKED), [given.data]);
  const means = useQuery({
    ...metricsQuery({ measures: frequent.flatMap(measuresOf), ...scope }),
    enabled: frequent.length > 0,
  });
  const names = useMemo(() => scoreNames(frequent, means.data?.data[0]), [frequent, means.data]);
  return { search, range, interval, scope, totals, previous, previousEnds, outcomes, costs, features, marks, names };
}

/** Fewer traces than this in the period before are no ground for a comparison. */
const LEAST_BEFORE = 20;

/** The totals of the period before, where there was enough of it. */
export function comparable(rows: readonly MetricRow[] | undefined): MetricRow {
  const row = rows?.[0];
  return Number(row?.traces_count ?? 0) >= LEAST_BEFORE && row ? row : {};
}

const NAMES_SHOWN = 4;
/** Of the most frequent names; each takes two measures of one question, which holds twenty. */
const NAMES_ASKED = 8;

function measuresOf(name: string) {
  return [
    { measure: `score:${name}`, aggregation: "avg" },
    { measure: `score:${name}`, aggregation: "count" },
  ];
}

/** Names that this traffic was scored by; the one that stands lowest is the one to look at first. */
function scoreNames(frequent: readonly string[], row: MetricRow | undefined): string[] {
  const meanOf = (name: string) => {
    const point = scorePoint(row, name);
    return point && point.count > 4 && point.mean >= 0 && point.mean <= 1 ? point.mean : 1;
  };
  return frequent
    .filter((name) => (scorePoint(row, name)?.count ?? 0) > 0)
    .slice(0, NAMES_SHOWN)
    .sort((a, b) => meanOf(a) - meanOf(b));
}

export type HomeState = ReturnType<typeof useHome>;

function roundMinutes(iso: string): string {
  return new Date(Math.floor(Date.parse(iso) / 60_000) * 60_000).toISOString();
}

/** Mean and count of a score over time, in all, and by each slice. */
export function useQuality(name: string | undefined, { scope, interval }: HomeState) {
  const measures = measuresOf(name ?? "");
  const enabled = name !== undefined;
  const series = useQuery({ ...metricsQuery({ measures, interval, ...scope }), enabled });
  const whole = useQuery({ ...metricsQuery({ measures, ...scope }), enabled });
  const slices = useQueries({
    queries: SLICES.map((dimension) => ({ ...metricsQuery({ measures, dimensions: [dimension], ...scope }), enabled })),
  });
  return { series, whole, slices };
}

/** Traces that ended so, summed over the rows. */
export function ended(rows: readonly MetricRow[] | undefined, outcome: string): number | null {
  if (!rows) return null;
  return rows.reduce((sum, row) => sum + (row.outcome === outcome ? Number(row.traces_count ?? 0) : 0), 0);
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
