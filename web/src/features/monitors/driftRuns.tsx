/** What the scheduled comparisons found, the newest first: the rhythm goes on whether somebody looks or not. */

import { useQuery } from "@tanstack/react-query";
import { BellRing, CircleCheck } from "lucide-react";
import { type DriftRun, driftRunsQuery } from "@/api/drift";
import { plural } from "@/domain/format";
import { Badge } from "@/ui/controls";
import { Clock } from "@/ui/values";

export function DriftRuns() {
  const runs = useQuery(driftRunsQuery()).data?.data ?? [];
  return (
    <section aria-label="Scheduled comparisons" className="mt-8">
      <h2>Scheduled comparisons</h2>
      <p className="mt-1 text-label text-fg-2">
        {runs.length > 0
          ? "Rules on drift compare the last week with its reference every six hours, and page for what moved at an adjusted p below 0.01."
          : "Rules on drift begin to compare when the project is three weeks old."}
      </p>
      <ul aria-label="Scheduled comparisons" className="mt-2">
        {runs.map((run) => (
          <Run key={run.id} run={run} />
        ))}
      </ul>
    </section>
  );
}

function Run({ run }: { run: DriftRun }) {
  return (
    <li className="flex flex-wrap items-baseline gap-x-5 gap-y-1 border-b border-grid py-2 text-label">
      <span className="w-24 shrink-0">
        {run.pages.length > 0 ? (
          <Badge tone="error" icon={BellRing}>
            pages
          </Badge>
        ) : (
          <Badge tone="good" icon={CircleCheck}>
            steady
          </Badge>
        )}
      </span>
      <span className="w-52 shrink-0 text-fg-2">
        <Clock time={run.time} clock="full" />
      </span>
      <span className="w-60 shrink-0 text-fg-3">
        against <Clock time={run.reference_start} clock="date" /> to <Clock time={run.reference_end} clock="date" />
      </span>
      <span className="recorded min-w-0 flex-1 text-fg-2">
        {run.moved.length === 0
          ? `none of ${plural(run.tested, "signal")} moved`
          : `${run.moved.map(({ label, cause }) => (cause === "mix" ? `${label} (mix)` : label)).join(", ")} of ${plural(run.tested, "signal")}`}
      </span>
    </li>
  );
}
