/** How a version stands at the gates of labels: each metric with its bounds, what to do next, and who let what through. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Settings2, ShieldCheck } from "lucide-react";
import { type FormEvent, useState } from "react";
import {
  approveAtGate,
  type Gate,
  type GateMetric,
  type GateState,
  type GateVerdict,
  gateDecisionsQuery,
  gateStateQuery,
  gatesQuery,
} from "@/api/gates";
import type { PromptRecord, PromptVersion } from "@/api/prompts";
import { metricGap, metricText, needed } from "@/domain/comparison";
import { formatCount } from "@/domain/format";
import { Badge, Button, TextInput } from "@/ui/controls";
import { Problem } from "@/ui/states";
import { complain, notify } from "@/ui/toasts";
import { Age } from "@/ui/values";
import { DeploymentWatch } from "./deploymentWatch";
import { GateForm } from "./gateForm";
import { GateRun } from "./gateRun";

const WORDS: Record<GateVerdict, { label: string; tone: "good" | "error" | "plain" }> = {
  passed: { label: "passed", tone: "good" },
  blocked: { label: "blocked", tone: "error" },
  cannot_tell: { label: "cannot tell", tone: "plain" },
};

export function GateTab({ record, version }: { record: PromptRecord; version: PromptVersion }) {
  const gates = useQuery(gatesQuery());
  const decisions = useQuery(gateDecisionsQuery(record.name));
  const [editing, setEditing] = useState<Gate | "new" | null>(null);
  if (gates.error && !gates.data)
    return <Problem error={gates.error} what="The gates" onRetry={() => void gates.refetch()} />;
  if (!gates.data) return null;
  if (gates.data.length === 0)
    return (
      <>
        <p className="mb-3 max-w-[70ch] text-label text-fg-2">
          No label of this project has a gate. An admin puts one before <code className="mono">production</code>: from
          then on a version goes out only when it is not worse than the live one on a data set, or when a person
          approves it with a reason.
        </p>
        <Button icon={ShieldCheck} look="primary" onClick={() => setEditing("new")}>
          New gate
        </Button>
        {editing && <GateForm gate={null} onClose={() => setEditing(null)} />}
      </>
    );
  return (
    <div className="flex flex-col gap-6">
      {gates.data.map((gate) => (
        <AtGate key={gate.label} gate={gate} record={record} version={version} onEdit={() => setEditing(gate)} />
      ))}
      <Button icon={ShieldCheck} className="self-start" onClick={() => setEditing("new")}>
        New gate
      </Button>
      {editing && <GateForm gate={editing === "new" ? null : editing} onClose={() => setEditing(null)} />}
      {decisions.data && decisions.data.length > 0 && (
        <section aria-label="Decisions">
          <h3 className="mb-1">Decisions</h3>
          {decisions.data.map((one) => (
            <p key={one.id} className="flex flex-wrap gap-3 border-t border-line py-1.5 text-label">
              <b className="font-medium">
                v{one.version} for {one.label}
              </b>
              <span>{one.verdict}</span>
              <span className="recorded text-fg-2">{one.reason}</span>
              <span className="text-fg-3">
                {one.approved_by} <Age time={one.time} ago />
              </span>
            </p>
          ))}
        </section>
      )}
    </div>
  );
}

function AtGate({
  gate,
  record,
  version,
  onEdit,
}: {
  gate: Gate;
  record: PromptRecord;
  version: PromptVersion;
  onEdit: () => void;
}) {
  const query = useQuery(gateStateQuery(record.name, gate.label, version.version));
  const state = query.data;
  if (query.error && !state)
    return <Problem error={query.error} what="The gate" onRetry={() => void query.refetch()} />;
  if (!state) return null;
  const word = WORDS[state.verdict];
  return (
    <section aria-label={`Gate of ${gate.label}`}>
      <h3 className="mb-1 flex items-center gap-2">
        v{version.version} at the gate of {gate.label}
        <Badge tone={state.approved ? "warn" : word.tone}>{state.approved ? "approved by a person" : word.label}</Badge>
        <Button look="ghost" square icon={Settings2} aria-label={`Change the gate of ${gate.label}`} onClick={onEdit} />
      </h3>
      <p className="recorded mb-2 max-w-[80ch] text-label text-fg-2">{state.why}</p>
      <GateRun gate={gate} record={record} state={state} />
      {state.metrics.length > 0 && <Metrics metrics={state.metrics} />}
      <p className="mt-2 flex flex-wrap gap-x-4 text-label">
        {state.experiment_id && (
          <Link
            to="/experiments/$id"
            params={{ id: state.experiment_id }}
            search={{ with: state.baseline_id ?? undefined }}
            className="link"
          >
            Case by case
          </Link>
        )}
        <Link to="/datasets/$name" params={{ name: gate.dataset }} search={{}} className="link">
          Data set {gate.dataset}
        </Link>
      </p>
      {!state.open && <Approve record={record} state={state} />}
      <DeploymentWatch prompt={record.name} label={gate.label} />
    </section>
  );
}

function Metrics({ metrics }: { metrics: GateMetric[] }) {
  return (
    <div className="overflow-x-auto">
      <table className="w-full min-w-[760px] max-w-[860px] text-label">
        <thead className="text-left text-fg-3">
          <tr>
            <th className="py-1 font-medium">Metric</th>
            <th className="num py-1 font-medium">Live</th>
            <th className="num py-1 font-medium">This version</th>
            <th className="num py-1 font-medium">Difference</th>
            <th className="py-1 pl-4 font-medium">Bounds, each at 95 %</th>
            <th className="num py-1 font-medium">n</th>
            <th className="py-1 pl-4 font-medium">Verdict</th>
          </tr>
        </thead>
        <tbody>
          {metrics.map((metric) => (
            <tr key={metric.name} className="border-t border-line">
              <td className="recorded py-1.5 font-medium">
                {metric.name}
                {metric.lower_is_better && <span className="ml-1.5 font-normal text-fg-3">less is better</span>}
              </td>
              <td className="num text-fg-2">{metricText(metric.name, metric.baseline_mean)}</td>
              <td className="num">{metricText(metric.name, metric.mean)}</td>
              <td className="num">{metricGap(metric.name, metric.difference)}</td>
              <td className="pl-4 text-fg-2">
                {metric.low === null || metric.high === null
                  ? "too few cases"
                  : boundsOf(metric, metric.low, metric.high)}
              </td>
              <td className="num text-fg-2">{formatCount(metric.n)}</td>
              <td className="whitespace-nowrap pl-4">
                <Badge tone={WORDS[metric.verdict].tone}>{WORDS[metric.verdict].label}</Badge>
                <span className="ml-2 text-fg-3">{needed(metric.needed)}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function boundsOf({ name, margin, lower_is_better: less }: GateMetric, low: number, high: number): string {
  const accepted = `accepted ${less ? "up" : "down"} to ${metricGap(name, less ? margin : -margin)}`;
  return `${metricGap(name, low)} … ${metricGap(name, high)}; ${accepted}`;
}

function Approve({ record, state }: { record: PromptRecord; state: GateState }) {
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const approve = useMutation({
    mutationFn: () => approveAtGate(record.name, state.label, state.version, reason),
    onSuccess: () => {
      notify(`v${state.version} may go out under ${state.label}.`);
      void client.invalidateQueries({ queryKey: ["gate", record.name] });
      void client.invalidateQueries({ queryKey: ["gate-decisions", record.name] });
    },
    onError: (error) => complain(error),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim()) approve.mutate();
  };
  return (
    <form onSubmit={submit} className="mt-3 flex max-w-[720px] flex-wrap items-center gap-2">
      <TextInput
        aria-label="Why it may go out all the same"
        placeholder="Why it may go out all the same"
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        className="min-w-64 flex-1"
      />
      <Button type="submit" look="danger" disabled={!reason.trim() || approve.isPending}>
        Approve all the same
      </Button>
    </form>
  );
}
