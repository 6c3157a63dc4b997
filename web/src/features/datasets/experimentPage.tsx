/** One experiment, and any number beside it: how they compare with a baseline, metric by metric, and what they made of each case. */

import { useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ChevronRight, X } from "lucide-react";
import { useCallback } from "react";
import {
  type Comparison,
  comparisonQuery,
  type Experiment,
  experimentQuery,
  experimentsQuery,
  runIdOf,
} from "@/api/datasets";
import { oneLine } from "@/domain/format";
import { PageHeader } from "@/features/frame/pageHeader";
import { useAddress } from "@/ui/address";
import { Button, Segments, Select, Stat } from "@/ui/controls";
import { Icon } from "@/ui/icons";
import { Problem, SkeletonRows, useLate } from "@/ui/states";
import { Age } from "@/ui/values";
import { CaseGrid, type View } from "./caseGrid";
import { MetricTable } from "./metricTable";
import { RunProgress } from "./runProgress";

const VIEWS = [
  { value: "grid", label: "Grid" },
  { value: "list", label: "List" },
] as const;

export default function ExperimentPage() {
  const { id = "" } = useParams({ strict: false });
  const query = useQuery(experimentQuery(id));
  const experiment = query.data;
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
      {experiment && <Body experiment={experiment} />}
    </>
  );
}

function Body({ experiment }: { experiment: Experiment }) {
  const [search, patch] = useAddress();
  const client = useQueryClient();
  const others = useQuery(experimentsQuery());
  const known = (others.data ?? []).filter(
    (other) => other.dataset_id === experiment.dataset_id && other.id !== experiment.id,
  );
  const baseline = known.find((other) => other.id === search.with) ?? known.at(0);
  const wanted = (search.q ?? "").split(",");
  const beside = known.filter((other) => wanted.includes(other.id) && other.id !== baseline?.id);
  const experiments = [experiment, ...beside];
  const compared = useQueries({
    queries: experiments.map((one) => comparisonQuery(one.id, baseline?.id ?? "", experiments.length)),
  });
  const comparisons = compared.flatMap(({ data }): Comparison[] => (data ? [data] : []));
  const failed = compared.find((one) => one.error);
  const view: View = search.view === "list" ? "list" : "grid";
  const runId = runIdOf(experiment);
  const refresh = useCallback(() => {
    void client.invalidateQueries({ queryKey: ["experiment-results", experiment.id] });
    void client.invalidateQueries({ queryKey: ["comparison", experiment.id] });
  }, [client, experiment.id]);
  const show = (ids: readonly string[]) => patch({ q: ids.length > 0 ? ids.join(",") : null }, { replace: true });
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      {runId && <RunProgress runId={runId} onEnded={refresh} />}
      <div className="flex shrink-0 flex-wrap items-end gap-x-6 gap-y-2 border-b border-line px-4 py-2">
        <dl className="contents">
          <Stat label="Started">
            <Age time={experiment.created_time} ago />
          </Stat>
          <Stat label="Data set version">{experiment.dataset_version}</Stat>
          <Stat label="Repetitions">{experiment.repetitions}</Stat>
        </dl>
        <BaselinePicker
          candidates={known}
          chosen={baseline}
          onChoose={(next) => patch({ with: next }, { replace: true })}
        />
        {baseline && (
          <Beside
            candidates={known.filter((other) => other.id !== baseline.id)}
            chosen={beside}
            onChange={(next) => show(next.map((one) => one.id))}
          />
        )}
        <span className="flex-1" />
        <Segments
          label="How cases are shown"
          value={view}
          options={VIEWS}
          onChange={(next) => patch({ view: next === "grid" ? null : next }, { replace: true })}
        />
      </div>
      {failed?.error && <Problem error={failed.error} what="The comparison" onRetry={() => void failed.refetch()} />}
      {comparisons.length > 0 && <MetricTable comparisons={comparisons} />}
      <CaseGrid experiments={experiments} baseline={baseline} comparisons={comparisons} view={view} />
    </div>
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

function Beside({
  candidates,
  chosen,
  onChange,
}: {
  candidates: Experiment[];
  chosen: Experiment[];
  onChange: (chosen: Experiment[]) => void;
}) {
  const free = candidates.filter((other) => !chosen.includes(other));
  return (
    <span className="flex flex-wrap items-center gap-2 text-label text-fg-2">
      {chosen.map((one) => (
        <Button key={one.id} icon={X} onClick={() => onChange(chosen.filter((other) => other !== one))}>
          <span className="sr-only">Take away </span>
          <span className="recorded">{oneLine(one.name, 40)}</span>
        </Button>
      ))}
      {free.length > 0 && (
        <Select
          label="Show beside it"
          className="max-w-56"
          value=""
          options={[["", "Show beside it…"] as const, ...free.map((one) => [one.id, oneLine(one.name, 60)] as const)]}
          onChange={(id) => onChange([...chosen, ...free.filter((one) => one.id === id)])}
        />
      )}
    </span>
  );
}
