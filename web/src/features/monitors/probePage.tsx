/** One probe set: its distance from the reference over time, and every look with what it was made of. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { Pause, Play, RotateCcw, Trash2 } from "lucide-react";
import { useMemo } from "react";
import { changesQuery } from "@/api/dashboards";
import {
  deleteProbeSet,
  type ProbeLook,
  type ProbeSet,
  probeSetQuery,
  renewProbeSet,
  switchProbeSet,
} from "@/api/probes";
import { percent } from "@/domain/changes";
import { marksOf } from "@/domain/dashboards";
import { formatP } from "@/domain/drift";
import { formatSpan } from "@/domain/monitors";
import { distanceWords, standing } from "@/domain/probes";
import { PageHeader } from "@/features/frame/pageHeader";
import { Button } from "@/ui/controls";
import { Problem, SkeletonRows, useLate } from "@/ui/states";
import { TimeChart } from "@/ui/timeChart";
import { complain } from "@/ui/toasts";
import { Clock } from "@/ui/values";
import { StandingBadge } from "./probesPage";

export default function ProbePage() {
  const { probeSetId } = useParams({ strict: false }) as { probeSetId: string };
  const query = useQuery(probeSetQuery(probeSetId));
  const waiting = useLate(query.isPending);
  const set = query.data;
  return (
    <>
      <PageHeader
        title={set?.name ?? "Probe set"}
        timeless
        crumbs={
          <span className="flex min-w-0 items-center gap-1.5">
            <Link to="/probes" className="text-fg-2 hover:text-fg">
              Probes
            </Link>
            <span className="text-fg-3">/</span>
            <span className="recorded cut font-medium">{set?.name ?? "…"}</span>
          </span>
        }
      />
      {query.error && !set && <Problem error={query.error} what="The probe set" onRetry={() => void query.refetch()} />}
      {waiting && <SkeletonRows />}
      {set && (
        <div
          tabIndex={0}
          role="region"
          aria-label="Probe set"
          className="flex min-h-0 flex-1 flex-col gap-5 overflow-y-auto px-4 py-4 wide:px-6"
        >
          <Head set={set} />
          <OverTime looks={set.looks} />
          <Looks looks={set.looks} />
          <Prompts prompts={set.prompts} />
        </div>
      )}
    </>
  );
}

function Head({ set }: { set: ProbeSet }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const act = useMutation({
    mutationFn: (run: () => Promise<unknown>) => run(),
    onSuccess: () => client.invalidateQueries({ queryKey: ["probe-sets"] }),
    onError: (error: Error) => complain(error),
  });
  return (
    <div className="flex flex-wrap items-center gap-3">
      <StandingBadge of={standing(set.looks[0])} />
      <span className="mono-s recorded">{set.model}</span>
      <span className="text-label text-fg-2">
        by {set.connection}, {set.enabled ? `every ${formatSpan(set.every_s)}` : "off"}
        {set.reference_time && (
          <>
            , against the answers of <Clock time={set.reference_time} clock="full" />
          </>
        )}
      </span>
      <span className="flex-1" />
      <Button icon={set.enabled ? Pause : Play} onClick={() => act.mutate(() => switchProbeSet(set.id, !set.enabled))}>
        {set.enabled ? "Switch off" : "Switch on"}
      </Button>
      <Button icon={RotateCcw} onClick={() => act.mutate(() => renewProbeSet(set.id))}>
        Accept: new reference
      </Button>
      <Button
        icon={Trash2}
        onClick={() =>
          act.mutate(async () => {
            await deleteProbeSet(set.id);
            await navigate({ to: "/probes" } as never);
          })
        }
      >
        Delete
      </Button>
    </div>
  );
}

function OverTime({ looks }: { looks: readonly ProbeLook[] }) {
  const compared = useMemo(() => looks.filter(({ distance }) => distance !== null).reverse(), [looks]);
  const times = compared.map(({ time }) => Date.parse(time));
  const [from, to] = [times[0] ?? 0, times.at(-1) ?? 0];
  const range = useMemo(() => ({ from: new Date(from).toISOString(), to: new Date(to + 1).toISOString() }), [from, to]);
  const changes = useQuery({ ...changesQuery(range), enabled: compared.length > 1 });
  const series = useMemo(() => {
    const points = (pick: (look: ProbeLook) => number | null) =>
      compared.map((look): [number, number | null] => [Date.parse(look.time), pick(look)]);
    return [
      { name: "distance", colour: "--series-1", kind: "line" as const, points: points((look) => look.distance) },
      { name: "low", colour: "--series-1", kind: "line" as const, faint: true, points: points((look) => look.low) },
      { name: "high", colour: "--series-1", kind: "line" as const, faint: true, points: points((look) => look.high) },
    ];
  }, [compared]);
  const marks = useMemo(() => marksOf(changes.data ?? [], { from, to }, 8), [changes.data, from, to]);
  if (compared.length < 2) return null;
  return (
    <section aria-label="Distance over time">
      <h2 className="mb-2">Distance from the reference, with its 95 % interval</h2>
      <TimeChart
        label="Distance from the reference over time"
        series={series}
        from={from}
        to={to}
        format={(value) => value.toFixed(2)}
        marks={marks}
      />
    </section>
  );
}

function Looks({ looks }: { looks: readonly ProbeLook[] }) {
  return (
    <section className="overflow-x-auto">
      <table aria-label="Looks" className="w-full min-w-[860px] text-label">
        <thead className="text-left text-fg-3">
          <tr>
            <th className="py-1 font-medium">When</th>
            <th className="py-1 font-medium">Verdict</th>
            <th className="num py-1 font-medium">Distance</th>
            <th className="num py-1 font-medium">p</th>
            <th className="num py-1 font-medium">Word by word</th>
            <th className="num py-1 font-medium">Length</th>
            <th className="num py-1 font-medium">Refusals</th>
            <th className="num py-1 font-medium">n</th>
            <th className="py-1 pl-4 font-medium">Answered by</th>
          </tr>
        </thead>
        <tbody>
          {looks.map((look) => (
            <tr key={look.id} className="border-t border-line">
              <td className="py-1.5 whitespace-nowrap">
                <Link to="/runs/$runId" params={{ runId: look.run_id } as never} className="hover:underline">
                  <Clock time={look.time} clock="full" />
                </Link>
              </td>
              <td>
                <StandingBadge of={standing(look)} />
              </td>
              <td className="num whitespace-nowrap">{distanceWords(look)}</td>
              <td className="num" title={`Believed below ${look.level.toPrecision(2)}`}>
                {look.p === null ? "" : formatP(look.p)}
              </td>
              <td className="num">{look.exact ? percent(look.exact.value) : ""}</td>
              <td className="num">{look.length ? signed(look.length.value, 0) : ""}</td>
              <td className="num">{look.refusals ? `${signed(look.refusals.value * 100, 0)} points` : ""}</td>
              <td className="num text-fg-2">
                {look.answers}
                {look.failed > 0 && ` (${look.failed} failed)`}
              </td>
              <td className="mono-s recorded pl-4">{look.models.join(", ")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  return Number(text) === 0 ? text : `${value > 0 ? "+" : "−"}${text}`;
}

function Prompts({ prompts }: { prompts: readonly string[] }) {
  return (
    <details>
      <summary>{prompts.length} prompts</summary>
      <ol className="mt-2 flex flex-col gap-2">
        {prompts.map((prompt) => (
          <li
            key={prompt}
            className="mono recorded border-l-2 border-line pl-3 whitespace-pre-wrap [overflow-wrap:anywhere]"
          >
            {prompt}
          </li>
        ))}
      </ol>
    </details>
  );
}
