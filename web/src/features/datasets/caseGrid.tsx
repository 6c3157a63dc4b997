/** What experiments made of each case: answers side by side as a grid, or their scores as a list; a case opens at the side. */

import { useQueries, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Comparison, type Experiment, type ExperimentResult, resultsQuery } from "@/api/datasets";
import { metricText } from "@/domain/comparison";
import { type GridRow, gridOf, moveOf } from "@/domain/experiments";
import { formatDuration, oneLine } from "@/domain/format";
import { useAddress } from "@/ui/address";
import { Badge } from "@/ui/controls";
import { type DataColumn, DataTable } from "@/ui/dataTable";
import { usePreference } from "@/ui/preferences";
import { Problem } from "@/ui/states";
import { CaseSheet } from "./caseSheet";

export type View = "grid" | "list";
type Row = GridRow<ExperimentResult>;

export function CaseGrid({
  experiments,
  baseline,
  comparisons,
  view,
}: {
  experiments: readonly Experiment[];
  baseline: Experiment | undefined;
  comparisons: readonly Comparison[];
  view: View;
}) {
  const [search, patch] = useAddress();
  const [density] = usePreference("density");
  const ours = useQueries({ queries: experiments.map((one) => resultsQuery(one.id)) });
  const base = useQuery({ ...resultsQuery(baseline?.id ?? ""), enabled: Boolean(baseline) });
  const loaded = ours.map((one) => one.data);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a list of queries is new each time; its data are what counts
  const rows = useMemo(
    () =>
      gridOf(
        base.data ?? [],
        loaded.map((one) => one ?? []),
      ),
    [base.data, ...loaded],
  );
  const less = useMemo(() => lessOf(comparisons), [comparisons]);
  const columns = useMemo(() => columnsOf(experiments, baseline, view, less), [experiments, baseline, view, less]);
  const failed = ours.find((one) => one.error);
  if (failed?.error) return <Problem error={failed.error} what="The results" onRetry={() => void failed.refetch()} />;
  if (rows.length === 0)
    return ours.every((one) => one.data) ? <p className="p-4 text-fg-2">No result has arrived yet.</p> : null;
  const open = rows.find((row) => row.id === search.peek);
  return (
    <>
      <DataTable
        label="Results"
        storageKey={`experiment-results-${view}-${experiments.length}`}
        rows={rows}
        columns={columns}
        getId={(row) => row.id}
        activeId={open?.id}
        onOpen={(row) => patch({ peek: row.id })}
        density={density}
        card={(row) => (
          <div className="flex h-full flex-col justify-center">
            <span className="recorded cut">{said(row.ours[0])}</span>
            <Scores result={row.ours[0]} base={row.base} less={less} />
          </div>
        )}
      />
      {open && (
        <CaseSheet
          row={open}
          experiments={experiments}
          baseline={baseline}
          less={less}
          onClose={() => patch({ peek: null }, { replace: true })}
        />
      )}
    </>
  );
}

function lessOf(comparisons: readonly Comparison[]): ReadonlySet<string> {
  return new Set(
    comparisons.flatMap((one) => one.metrics.filter((metric) => metric.lower_is_better).map(({ name }) => name)),
  );
}

export const said = (result: ExperimentResult | undefined) => {
  if (!result) return "–";
  if (result.error) return result.error;
  return oneLine(typeof result.output === "string" ? result.output : JSON.stringify(result.output ?? null), 300);
};

function columnsOf(
  experiments: readonly Experiment[],
  baseline: Experiment | undefined,
  view: View,
  less: ReadonlySet<string>,
): DataColumn<Row>[] {
  const many = experiments.length > 1;
  const item: DataColumn<Row> = {
    id: "item",
    label: "Item",
    width: 130,
    cell: (row) => <span className="mono-s recorded">{oneLine(row.id, 60)}</span>,
  };
  const base: DataColumn<Row>[] = baseline
    ? [
        {
          id: "base",
          label: many ? `Baseline: ${oneLine(baseline.name, 40)}` : "Baseline",
          width: 280,
          cell: (row) => <span className="recorded text-fg-2">{said(row.base)}</span>,
        },
      ]
    : [];
  const answers = experiments.map<DataColumn<Row>>((one, place) => ({
    id: `ours-${place}`,
    label: many ? oneLine(one.name, 40) : "This experiment",
    width: 300,
    grow: place === 0,
    cell: (row) => (
      <span className={row.ours[place]?.error ? "recorded text-error" : "recorded"}>{said(row.ours[place])}</span>
    ),
  }));
  const scores = experiments.map<DataColumn<Row>>((one, place) => ({
    id: `scores-${place}`,
    label: many ? `Scores: ${oneLine(one.name, 40)}` : "Scores",
    width: 280,
    grow: view === "list" && place === 0,
    cell: (row) => <Scores result={row.ours[place]} base={row.base} less={less} />,
  }));
  const duration: DataColumn<Row> = {
    id: "duration",
    label: "Duration",
    width: 90,
    align: "right",
    cell: (row) => formatDuration(row.ours[0]?.duration_ms),
  };
  if (view === "list") return [item, ...scores, duration];
  return [item, ...base, ...answers, ...(many ? [] : [...scores, duration])];
}

export function Scores({
  result,
  base,
  less,
}: {
  result: ExperimentResult | undefined;
  base: ExperimentResult | undefined;
  less: ReadonlySet<string>;
}) {
  if (!result) return <span className="text-fg-3">–</span>;
  return (
    <span className="flex gap-2 overflow-hidden">
      {result.scores.map((score) => {
        const before = base?.scores.find((other) => other.name === score.name)?.value;
        const move = moveOf(score.value, before, less.has(score.name));
        const up = score.value !== null && before !== null && before !== undefined && score.value > before;
        return (
          <Badge key={score.name} tone={move > 0 ? "good" : move < 0 ? "error" : "plain"}>
            {score.name}{" "}
            {score.status === "valid" ? (score.string_value ?? metricText(score.name, score.value)) : "missing"}
            {move !== 0 && <span aria-hidden="true"> {up ? "▲" : "▼"}</span>}
            {move !== 0 && (
              <span className="sr-only">
                {up ? "up" : "down"}, {move > 0 ? "better" : "worse"}
              </span>
            )}
          </Badge>
        );
      })}
    </span>
  );
}
