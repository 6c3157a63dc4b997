/** Rollouts of one prompt: what the evidence says now, what is watched, and those that ended by themselves, with why. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { OctagonX, Split, TriangleAlert } from "lucide-react";
import { useEffect } from "react";
import { ApiProblem } from "@/api/client";
import { type PromptRecord, promptQuery, type Rollout } from "@/api/prompts";
import {
  type Evidence,
  type RolloutReport,
  type RolloutStop,
  rolloutQuery,
  setGuardrails,
  stopsQuery,
} from "@/api/rollouts";
import { formatCount, formatShare } from "@/domain/format";
import { armsText } from "@/domain/prompts";
import { Checkbox } from "@/ui/controls";
import { Icon } from "@/ui/icons";
import { Empty, Problem, SkeletonRows, useLate } from "@/ui/states";
import { notify } from "@/ui/toasts";
import { Clock } from "@/ui/values";
import { EvidenceTable } from "./evidenceTable";

export function RolloutTab({ record }: { record: PromptRecord }) {
  const stops = useQuery(stopsQuery(record.name));
  const waiting = useLate(stops.isPending);
  const running = record.labels.filter((label) => label.arms.length > 1);
  useRefreshedRecord(record.name, stops.data?.length);
  if (stops.error && !stops.data) {
    return <Problem error={stops.error} what="The rollouts" onRetry={() => void stops.refetch()} />;
  }
  if (waiting) return <SkeletonRows rows={4} />;
  if (!stops.data) return null;
  if (running.length === 0 && stops.data.length === 0) {
    return (
      <Empty icon={Split} title="No label of this prompt is split">
        Choose a version, Deploy, and give it a share below 100 %. Guardrails then compare it with the version before,
        and take it back when it is worse.
      </Empty>
    );
  }
  return (
    <div className="flex flex-col gap-8">
      {running.map((label) => (
        <Running key={label.label} record={record} label={label} />
      ))}
      {stops.data.map((stop) => (
        <Stopped key={stop.id} stop={stop} />
      ))}
      <p className="max-w-[90ch] text-label text-fg-3">
        The evidence may be looked at at any time: of rollouts within their margins at most 5 % are ever stopped.
        Intervals hold at all looks together. All calls of a user count as one case; fewer than 30 users say nothing.
      </p>
    </div>
  );
}

/** A stop moves a label: what the page shows of labels follows it. */
function useRefreshedRecord(name: string, stops: number | undefined): void {
  const client = useQueryClient();
  useEffect(() => {
    if (stops) void client.invalidateQueries({ queryKey: promptQuery(name).queryKey });
  }, [client, name, stops]);
}

function Running({ record, label }: { record: PromptRecord; label: Rollout }) {
  const query = useQuery(rolloutQuery(record.name, label.label));
  const report = query.data;
  if (query.error && !report) {
    if (query.error instanceof ApiProblem && query.error.status === 409) return null;
    return <Problem error={query.error} what="The rollout" onRetry={() => void query.refetch()} />;
  }
  if (!report) return null;
  return (
    <section aria-label={`Rollout of ${label.label}`} className="flex flex-col gap-3">
      <h2 className="flex flex-wrap items-baseline gap-x-3 text-body font-normal">
        <b className="font-semibold">{label.label}</b>
        <span className="tabular-nums text-fg-2">{armsText(report.arms)}</span>
        <span className="text-label text-fg-3">
          since <Clock time={report.since} clock="full" />
        </span>
        <span className="flex-1" />
        {!record.archived && <Automatic name={record.name} report={report} />}
      </h2>
      <RatioLine ratio={report.evidence.ratio} />
      <EvidenceTable evidence={report.evidence} />
    </section>
  );
}

function Automatic({ name, report }: { name: string; report: RolloutReport }) {
  const client = useQueryClient();
  const { label, guardrails } = report;
  const change = useMutation({
    mutationFn: (automatic: boolean) => setGuardrails(name, label, { guardrails, automatic }),
    onSuccess: (set) =>
      notify(set.automatic ? `${label} goes back when a guardrail is broken.` : `${label} stays as it is.`),
    onError: (error) => notify(error instanceof ApiProblem ? error.detail : String(error), { tone: "error" }),
    onSettled: () => void client.invalidateQueries({ queryKey: rolloutQuery(name, label).queryKey }),
  });
  return (
    <span className="flex items-center gap-2 text-label">
      <Checkbox
        checked={report.automatic}
        onChange={(wanted) => change.mutate(wanted)}
        label="Take back by itself when a guardrail is broken"
      />
      <span aria-hidden="true">Take back by itself when a guardrail is broken</span>
    </span>
  );
}

function RatioLine({ ratio }: { ratio: Evidence["ratio"] }) {
  const total = Object.values(ratio.counts).reduce((sum, count) => sum + count, 0);
  const parts = Object.entries(ratio.counts).map(
    ([version, count]) =>
      `v${version} ${formatCount(count)} (${formatShare(count, total)}, ${formatShare(ratio.expected[version] ?? 0, 1)} expected)`,
  );
  if (ratio.is_off) {
    return (
      <p role="alert" className="flex items-center gap-2 text-label text-warn">
        <Icon icon={TriangleAlert} size={14} />
        Users do not come in the shares that were set ({parts.join(", ")}): the assignment or its recording is broken,
        so do not trust the comparison.
      </p>
    );
  }
  return (
    <p className="text-label text-fg-2">
      {total === 0
        ? "No call of this rollout has arrived yet."
        : `Users: ${parts.join(", ")}. The ratio is as it should be.`}
    </p>
  );
}

function Stopped({ stop }: { stop: RolloutStop }) {
  return (
    <section aria-label={`Stopped rollout of ${stop.label}`} className="flex flex-col gap-3">
      <h2 className="flex flex-wrap items-baseline gap-x-3 text-body font-normal">
        <Icon icon={OctagonX} size={14} className="self-center text-error" />
        <b className="font-semibold">{stop.label} was taken back by its guardrails</b>
        <span className="text-label text-fg-3">
          <Clock time={stop.time} clock="full" />
        </span>
      </h2>
      <p className="recorded text-label">{stop.reason}</p>
      <RatioLine ratio={stop.evidence.ratio} />
      <EvidenceTable evidence={stop.evidence} />
    </section>
  );
}
