/** How far a run is: a bar that says its numbers too, and its state in a word. */

import type { Run, RunState } from "@/api/runs";
import { formatCount } from "@/domain/format";
import { progressOf } from "@/domain/runs";
import { Badge } from "@/ui/controls";

const TONES: Record<RunState, "plain" | "accent" | "good" | "warn" | "error"> = {
  queued: "plain",
  running: "accent",
  paused: "warn",
  cancelled: "plain",
  finished: "good",
  failed: "error",
};

export function StateBadge({ state }: { state: RunState }) {
  return <Badge tone={TONES[state]}>{state}</Badge>;
}

export function ProgressBar({ run, wide = false }: { run: Run; wide?: boolean }) {
  const share = progressOf(run);
  const ended = run.done + run.failed + run.skipped;
  return (
    <span className="flex items-center gap-2">
      <span
        role="progressbar"
        aria-label={`Progress of ${run.title}`}
        aria-valuenow={Math.round(share * 100)}
        aria-valuemin={0}
        aria-valuemax={100}
        className={`relative block h-1.5 overflow-hidden rounded-full bg-n4 ${wide ? "w-48" : "w-20"}`}
      >
        <i className="absolute inset-y-0 left-0 bg-accent" style={{ width: `${share * 100}%` }} />
      </span>
      <span className="num whitespace-nowrap text-label text-fg-2">
        {formatCount(ended)} of {formatCount(run.items)}
      </span>
    </span>
  );
}
