/** What a gate was not told yet: the runs over its cases, begun here and followed until they end. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { FlaskConical } from "lucide-react";
import { useCallback } from "react";
import { explained } from "@/api/client";
import { estimatesQuery } from "@/api/experimentRuns";
import { type Gate, type GateState, runGate, type TriedAtGate } from "@/api/gates";
import type { PromptRecord } from "@/api/prompts";
import { costWords } from "@/domain/experiments";
import { formatCount, plural } from "@/domain/format";
import { RunProgress } from "@/features/datasets/runProgress";
import { Button } from "@/ui/controls";
import { complain } from "@/ui/toasts";

export function GateRun({ gate, record, state }: { gate: Gate; record: PromptRecord; state: GateState }) {
  const client = useQueryClient();
  const missing = untried(state);
  const bodies = missing.map((version) => ({
    name: `gate ${gate.label} v${version}`,
    dataset: gate.dataset,
    split: gate.split || null,
    prompt: record.name,
    prompt_version: version,
    connection: gate.connection,
    model: gate.model,
    repetitions: 1,
    scorers: gate.scorers,
    max_cost: gate.max_cost,
  }));
  const estimates = useQuery(estimatesQuery(bodies, gate.connection !== ""));
  const refresh = useCallback(
    () => void client.invalidateQueries({ queryKey: ["gate", record.name] }),
    [client, record.name],
  );
  const run = useMutation({
    mutationFn: () => runGate(record.name, state.label, state.version),
    onSuccess: refresh,
    onError: (error) => complain(error, "Not started"),
  });
  const under = [state.tried, state.live].filter(
    (tried): tried is TriedAtGate => tried !== null && tried.done < tried.wanted,
  );
  const calls = estimates.data?.reduce((sum, one) => sum + one.calls, 0);
  return (
    <>
      {under.map((tried) =>
        tried.run_id ? <RunProgress key={tried.run_id} runId={tried.run_id} onEnded={refresh} /> : null,
      )}
      {missing.length > 0 && gate.connection !== "" && (
        <p className="mb-2 flex flex-wrap items-center gap-3 text-label">
          <Button icon={FlaskConical} look="primary" disabled={run.isPending} onClick={() => run.mutate()}>
            Try {missing.map((version) => `v${version}`).join(" and ")} over {gate.dataset}
          </Button>
          {estimates.data && (
            <span className="text-fg-3">
              {plural(calls ?? 0, "call")}, {costWords(estimates.data)}
            </span>
          )}
          {estimates.error && <span className="recorded text-error">{explained(estimates.error)}</span>}
        </p>
      )}
      {missing.length > 0 && gate.connection === "" && (
        <p className="mb-2 max-w-[80ch] text-label text-fg-3">
          The gate names no connection to a model, so its {formatCount(missing.length)} missing{" "}
          {missing.length === 1 ? "experiment runs" : "experiments run"} from code.
        </p>
      )}
    </>
  );
}

/** Versions that have no experiment over the gate's cases. */
function untried(state: GateState): number[] {
  if (state.live_version === null) return [];
  return [...(state.tried ? [] : [state.version]), ...(state.live ? [] : [state.live_version])];
}
