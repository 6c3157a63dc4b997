/** One experiment: how it compares with a baseline, metric by metric, and what it made of each case. */

import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { useMemo } from "react";
import {
  comparisonQuery,
  type Experiment,
  type ExperimentResult,
  experimentQuery,
  experimentsQuery,
  resultsQuery,
} from "@/api/datasets";
import { formatDuration, formatScore, oneLine } from "@/domain/format";
import { PageHeader } from "@/features/frame/pageHeader";
import { useAddress } from "@/ui/address";
import { Badge, Select, Stat } from "@/ui/controls";
import { type DataColumn, DataTable } from "@/ui/dataTable";
import { Icon } from "@/ui/icons";
import { usePreference } from "@/ui/preferences";
import { Problem, SkeletonRows, useLate } from "@/ui/states";
import { Age } from "@/ui/values";
import { MetricTable } from "./metricTable";

interface CaseRow {
  id: string;
  ours: ExperimentResult;
  base: ExperimentResult | undefined;
}

export default function ExperimentPage() {
  const { id = "" } = useParams({ strict: false });
  const [search, patch] = useAddress();
  const query = useQuery(experimentQuery(id));
  const others = useQuery(experimentsQuery());
  const experiment = query.data;
  const candidates = (others.data ?? []).filter(
    (other) => other.dataset_id === experiment?.dataset_id && other.id !== experiment?.id,
  );
  const baseline = candidates.find((other) => other.id === search.with) ?? candidates.at(0);
  const waiting = useLate(query.isPending);
  return (
    <>
      <PageHeader
        title={`Experiment ${oneLine(experiment?.name ?? id, 40)}`}
        timeless
        crumbs={
          <div className="flex min-w-0 items-center gap-1.5 whitespace-nowrap">
            <Link to="/datasets" search={{}} className="text-fg-2 hover:text-fg max-wide:hidden">
              Data sets
            </Link>
            <Icon icon={ChevronRight} size={12} className="text-fg-3 max-wide:hidden" />
            <b className="recorded cut font-semibold">{oneLine(experiment?.name ?? "Experiment", 60)}</b>
          </div>
        }
      />
      {query.error && !experiment && (
        <Problem error={query.error} what="The experiment" onRetry={() => void query.refetch()} />
      )}
      {waiting && <SkeletonRows />}
      {experiment && (
        <div className="flex min-h-0 flex-1 flex-col">
          <div className="flex shrink-0 flex-wrap items-end gap-x-6 gap-y-2 border-b border-line px-4 py-2">
            <Stat label="Started">
              <Age time={experiment.created_time} ago />
            </Stat>
            <Stat label="Data set version">{experiment.dataset_version}</Stat>
            <Stat label="Repetitions">{experiment.repetitions}</Stat>
            <BaselinePicker
              candidates={candidates}
              chosen={baseline}
              onChoose={(next) => patch({ with: next }, { replace: true })}
            />
          </div>
          {baseline && <Compared experiment={experiment} baseline={baseline} />}
          <Cases experiment={experiment} baseline={baseline} />
        </div>
      )}
    </>
  );
}

function BaselinePicker({
  candidates,
  chosen,
  onChoose,
}: {
  candidates: Experiment[];
  chosen: Experiment | undefined;
  onChoose: (id: string) => void;
}) {
  if (!chosen)
    return <span className="text-fg-2">There is no other experiment over this data set to compare with.</span>;
  return (
    <label className="flex items-center gap-2 text-label text-fg-2">
      Compared with
      <Select
        className="max-w-72"
        value={chosen.id}
        options={candidates.map((other) => [other.id, oneLine(other.name, 60)] as const)}
        onChange={onChoose}
      />
    </label>
  );
}

function Compared({ experiment, baseline }: { experiment: Experiment; baseline: Experiment }) {
  const query = useQuery(comparisonQuery(experiment.id, baseline.id));
  if (query.error) return <Problem error={query.error} what="The comparison" onRetry={() => void query.refetch()} />;
  if (!query.data) return null;
  return <MetricTable comparison={query.data} />;
}

function Cases({ experiment, baseline }: { experiment: Experiment; baseline: Experiment | undefined }) {
  const ours = useQuery(resultsQuery(experiment.id));
  const base = useQuery({ ...resultsQuery(baseline?.id ?? ""), enabled: Boolean(baseline) });
  const [density] = usePreference("density");
  const rows = useMemo(() => {
    const known = new Map((base.data ?? []).map((result) => [`${result.item_id}/${result.repetition}`, result]));
    return (ours.data ?? []).map<CaseRow>((result) => {
      const key = `${result.item_id}/${result.repetition}`;
      return { id: key, ours: result, base: known.get(key) };
    });
  }, [ours.data, base.data]);
  if (ours.error) return <Problem error={ours.error} what="The results" onRetry={() => void ours.refetch()} />;
  if (ours.data && rows.length === 0) return <p className="p-4 text-fg-2">No result has arrived yet.</p>;
  if (rows.length === 0) return null;
  return (
    <DataTable
      label="Results"
      storageKey="experiment-results"
      rows={rows}
      columns={CASE_COLUMNS}
      getId={(row) => row.id}
      density={density}
      card={(row) => (
        <div className="flex h-full flex-col justify-center">
          <span className="recorded cut">{said(row.ours)}</span>
          <Scores result={row.ours} base={row.base} />
        </div>
      )}
    />
  );
}

const said = (result: ExperimentResult | undefined) => {
  if (!result) return "–";
  if (result.error) return result.error;
  return oneLine(typeof result.output === "string" ? result.output : JSON.stringify(result.output ?? null), 300);
};

const CASE_COLUMNS: readonly DataColumn<CaseRow>[] = [
  {
    id: "item",
    label: "Item",
    width: 120,
    cell: (row) => <span className="mono-s recorded">{oneLine(row.id, 60)}</span>,
  },
  {
    id: "ours",
    label: "This experiment",
    width: 320,
    grow: true,
    cell: (row) => <span className={row.ours.error ? "recorded text-error" : "recorded"}>{said(row.ours)}</span>,
  },
  {
    id: "base",
    label: "Baseline",
    width: 300,
    cell: (row) => <span className="recorded text-fg-2">{said(row.base)}</span>,
  },
  { id: "scores", label: "Scores", width: 260, cell: (row) => <Scores result={row.ours} base={row.base} /> },
  {
    id: "duration",
    label: "Duration",
    width: 90,
    align: "right",
    cell: (row) => formatDuration(row.ours.duration_ms),
  },
  {
    id: "trace",
    label: "Trace",
    width: 100,
    cell: (row) =>
      row.ours.trace_id && (
        <Link to="/traces/$traceId" params={{ traceId: row.ours.trace_id }} search={{}} className="mono-s link">
          {row.ours.trace_id.slice(0, 8)}…
        </Link>
      ),
  },
];

function Scores({ result, base }: { result: ExperimentResult; base: ExperimentResult | undefined }) {
  return (
    <span className="flex gap-2 overflow-hidden">
      {result.scores.map((score) => {
        const before = base?.scores.find((other) => other.name === score.name)?.value;
        const moved = score.value !== null && before !== null && before !== undefined ? score.value - before : 0;
        return (
          <Badge key={score.name} tone={moved > 0 ? "good" : moved < 0 ? "error" : "plain"}>
            {score.name} {score.status === "valid" ? formatScore(score.value) : "missing"}
            {moved !== 0 && <span aria-hidden="true"> {moved > 0 ? "▲" : "▼"}</span>}
            {moved !== 0 && <span className="sr-only">{moved > 0 ? "up" : "down"}</span>}
          </Badge>
        );
      })}
    </span>
  );
}
