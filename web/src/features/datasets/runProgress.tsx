/** How far the durable run of an experiment is, with the way to stop it and to go on. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleStop, Play } from "lucide-react";
import { useEffect } from "react";
import { cancelRun, isActive, resumeRun, runQuery } from "@/api/runs";
import { formatCount } from "@/domain/format";
import { ProgressBar, StateBadge } from "@/features/runs/progress";
import { Button } from "@/ui/controls";
import { complain } from "@/ui/toasts";
import { Cost } from "@/ui/values";

export function RunProgress({ runId, onEnded }: { runId: string; onEnded: () => void }) {
  const client = useQueryClient();
  const { data: run } = useQuery(runQuery(runId));
  const active = run ? isActive(run) : true;
  // What the run has written is read again each time that it has got further, and once more at its end.
  const ended = run ? run.done + run.failed : 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the counts are the reason to ask again
  useEffect(onEnded, [ended, active]);
  const refresh = {
    onSettled: () => void client.invalidateQueries({ queryKey: ["runs"] }),
    onError: (error: Error) => complain(error, "Not done"),
  };
  const cancel = useMutation({ mutationFn: cancelRun, ...refresh });
  const resume = useMutation({ mutationFn: resumeRun, ...refresh });
  if (!run) return null;
  return (
    <section
      aria-label="Run"
      className="flex shrink-0 flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-4 py-2 text-label"
    >
      <StateBadge state={run.state} />
      <ProgressBar run={run} wide />
      {run.failed > 0 && <span className="text-error">{formatCount(run.failed)} failed</span>}
      <Cost usd={run.cost} unpriced={run.unpriced} />
      <Link to="/runs/$runId" params={{ runId }} search={{}} className="link">
        Its calls
      </Link>
      {active && (
        <Button icon={CircleStop} disabled={cancel.isPending} onClick={() => cancel.mutate(runId)}>
          Stop
        </Button>
      )}
      {!active && run.done < run.items && (
        <Button icon={Play} disabled={resume.isPending} onClick={() => resume.mutate(runId)}>
          Resume
        </Button>
      )}
      {run.error && <span className="recorded text-error">{run.error}</span>}
    </section>
  );
}
