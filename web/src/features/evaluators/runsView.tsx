/** The runs of an evaluator: what was done, what failed, what it cost. */

import { useQuery } from "@tanstack/react-query";
import { type EvaluationRun, type Evaluator, evaluationRunsQuery } from "@/api/evaluators";
import { formatCount, formatMoney, oneLine } from "@/domain/format";
import { Badge } from "@/ui/controls";
import { Problem } from "@/ui/states";
import { Age } from "@/ui/values";

const TONES: Record<string, "good" | "warn" | "error"> = { finished: "good", paused: "warn", failed: "error" };

export function RunsView({ evaluator }: { evaluator: Evaluator }) {
  const query = useQuery(evaluationRunsQuery());
  if (query.error) return <Problem error={query.error} what="The runs" onRetry={() => void query.refetch()} />;
  const mine = query.data?.filter((run) => run.settings?.evaluator === evaluator.id) ?? [];
  if (query.data && mine.length === 0)
    return (
      <p className="text-fg-2">
        {evaluator.current.kind === "judge"
          ? "No run yet. Switch the evaluator on, or evaluate the last 24 hours."
          : "Rules and code need no runs for live traffic: they are free and are evaluated at once."}
      </p>
    );
  return (
    <ul aria-label="Runs">
      {mine.map((run) => (
        <Line key={run.id} run={run} current={evaluator.current.version} />
      ))}
    </ul>
  );
}

function Line({ run, current }: { run: EvaluationRun; current: number }) {
  const version = run.settings?.version;
  const tone = TONES[run.state];
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line py-2 text-label">
      <span className="w-20">
        <Badge {...(tone ? { tone } : {})}>{run.state}</Badge>
      </span>
      <span className="recorded min-w-0 flex-1 text-body">{oneLine(run.title, 100)}</span>
      {version !== undefined && (
        <span className="text-fg-2" title="A run keeps the version with which it began">
          version {version}
          {version !== current && ", edited since"}
        </span>
      )}
      <span>
        {formatCount(run.done)} of {formatCount(run.items)}
        {run.failed > 0 && <span className="text-error">, {formatCount(run.failed)} failed</span>}
        {run.interrupted > 0 && <span className="text-warn">, {formatCount(run.interrupted)} calls interrupted</span>}
      </span>
      <span className="num w-20 text-right">{formatMoney(run.cost)}</span>
      <span className="w-20 text-right text-fg-2">
        <Age time={run.created_time} ago />
      </span>
      {run.error && <span className="recorded basis-full text-fg-2">{run.error}</span>}
    </li>
  );
}
