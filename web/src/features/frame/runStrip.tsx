/** Runs that people asked for and that go on, on every page, with how far they are and a way to stop them; a note when one ends. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { X } from "lucide-react";
import { useEffect, useRef } from "react";
import { cancelRun, isActive, type RunSummary, recentRunsQuery } from "@/api/runs";
import { carried } from "@/domain/address";
import { formatShare, plural } from "@/domain/format";
import { Button } from "@/ui/controls";
import { complain, notify } from "@/ui/toasts";

export function RunStrip() {
  const { data: runs = [] } = useQuery(recentRunsQuery());
  useEnds(runs);
  const active = runs.filter(isActive);
  if (active.length === 0) return null;
  return (
    <section aria-label="Work under way" className="flex flex-wrap gap-x-6 border-b border-line px-4 py-1 text-label">
      {active.map((run) => (
        <RunLine key={run.id} run={run} />
      ))}
    </section>
  );
}

function RunLine({ run }: { run: RunSummary }) {
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => cancelRun(run.id),
    onSettled: () => void client.invalidateQueries({ queryKey: ["runs"] }),
    onError: (error) => complain(error, "Not cancelled"),
  });
  const ended = run.done + run.failed + run.skipped;
  return (
    <div className="flex min-w-48 max-w-96 flex-1 items-center gap-2">
      <Link
        to="/runs/$runId"
        params={{ runId: run.id }}
        search={(old) => carried(old)}
        className="recorded cut hover:underline"
      >
        {run.title}
      </Link>
      <progress
        className="h-1 min-w-12 flex-1 accent-accent"
        aria-label={run.title}
        value={ended}
        max={Math.max(1, run.items)}
      />
      <span className="tabular-nums text-fg-2">
        {run.state === "queued" ? "queued" : formatShare(ended, Math.max(1, run.items))}
      </span>
      <Button
        look="ghost"
        square
        icon={X}
        className="size-6"
        aria-label={`Cancel: ${run.title}`}
        disabled={cancel.isPending}
        onClick={() => cancel.mutate()}
      />
    </div>
  );
}

/** What a run may have written to, by the first word of its queries. */
const CHANGED_BY_RUNS = [
  "traces",
  "trace",
  "scores",
  "completions",
  "datasets",
  "queues",
  "sessions",
  "users",
  "metrics",
  "facets",
  "facet",
];

/** Says how a run ended that was seen under way, and asks anew for what it may have changed. */
function useEnds(runs: readonly RunSummary[]): void {
  const client = useQueryClient();
  const seen = useRef(new Set<string>());
  useEffect(() => {
    for (const run of runs) {
      if (isActive(run)) seen.current.add(run.id);
      else if (seen.current.delete(run.id)) {
        notify(endOf(run), { tone: run.state === "finished" && run.failed === 0 ? "plain" : "error" });
        for (const key of CHANGED_BY_RUNS) void client.invalidateQueries({ queryKey: [key] });
      }
    }
  }, [runs, client]);
}

function endOf(run: RunSummary): string {
  const failed = run.failed ? `, but ${plural(run.failed, "part")} of ${run.items} failed` : "";
  return `${run.title}: ${run.state === "finished" ? `done${failed}` : run.state}${run.error ? `, ${run.error}` : ""}`;
}
