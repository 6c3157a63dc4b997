/** One contest: strengths with their intervals, what both orders say of the judge, and every duel with its two answers. */

import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { type Duel, duelsQuery, type Standings, standingsQuery } from "@/api/duels";
import { isActive, type Run, runQuery } from "@/api/runs";
import { carried } from "@/domain/address";
import { outcomeText, tieText } from "@/domain/duels";
import { estimateText } from "@/domain/evaluators";
import { formatCount, oneLine } from "@/domain/format";
import { PageHeader } from "@/features/frame/pageHeader";
import { ProgressBar, StateBadge } from "@/features/runs/progress";
import { RunActions } from "@/features/runs/runActions";
import { useAddress } from "@/ui/address";
import { Stat } from "@/ui/controls";
import { type DataColumn, DataTable } from "@/ui/dataTable";
import { Icon } from "@/ui/icons";
import { usePreference } from "@/ui/preferences";
import { Problem, SkeletonRows, useLate } from "@/ui/states";
import { Age, Cost } from "@/ui/values";
import { DuelView } from "./duelView";
import { FindingBadge } from "./findingBadge";
import { Whisker } from "./whisker";

export default function DuelPage() {
  const { runId = "" } = useParams({ strict: false });
  const query = useQuery(runQuery(runId));
  const run = query.data;
  const waiting = useLate(query.isPending);
  const title = oneLine(run?.title ?? "Duels", 80);
  return (
    <>
      <PageHeader
        title={title}
        timeless
        crumbs={
          <div className="flex min-w-0 items-center gap-1.5 whitespace-nowrap">
            <Link to="/duels" search={(old) => carried(old)} className="text-fg-2 hover:text-fg max-wide:hidden">
              Duels
            </Link>
            <Icon icon={ChevronRight} size={12} className="text-fg-3 max-wide:hidden" />
            <b className="recorded cut font-semibold">{title}</b>
          </div>
        }
        actions={run && <RunActions run={run} resume="Try the rest again" />}
      />
      {query.error && !run && <Problem error={query.error} what="The duels" onRetry={() => void query.refetch()} />}
      {waiting && <SkeletonRows />}
      {run && <Contest run={run} />}
    </>
  );
}

function Contest({ run }: { run: Run }) {
  const active = isActive(run);
  const standings = useQuery(standingsQuery(run.id, active));
  const list = useQuery(duelsQuery(run.id, active));
  const [search, patch] = useAddress();
  const [density] = usePreference("density");
  const chosen = search.peek === undefined ? null : Number(search.peek);
  const judge = run.settings?.judge;
  const model = typeof judge === "object" && judge !== null && !Array.isArray(judge) ? judge : {};
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <dl className="flex shrink-0 flex-wrap items-end gap-x-6 gap-y-2 border-b border-line px-4 py-2">
        <Stat label="State">
          <StateBadge state={run.state} />
        </Stat>
        <Stat label="Progress">
          <ProgressBar run={run} wide />
        </Stat>
        <Stat label="Judge">{oneLine(`${model.connection ?? ""} ${model.model ?? ""}`.trim(), 60) || "–"}</Stat>
        <Stat label="Calls">{formatCount(run.calls)}</Stat>
        <Stat label="Cost">
          <Cost usd={run.cost} unpriced={run.unpriced} />
        </Stat>
        <Stat label="Started">
          <Age time={run.created_time} ago />
        </Stat>
      </dl>
      {run.error && (
        <p role="alert" className="recorded shrink-0 border-b border-line px-4 py-2 text-label text-error">
          {run.error}
        </p>
      )}
      {standings.error && !standings.data && (
        <Problem error={standings.error} what="The strengths" onRetry={() => void standings.refetch()} />
      )}
      <div className="flex min-h-0 flex-1 max-broad:flex-col">
        <div className={`flex min-h-0 min-w-0 flex-1 flex-col ${chosen === null ? "" : "max-broad:hidden"}`}>
          {standings.data && <Strengths standings={standings.data} />}
          {list.error && !list.data && <Problem error={list.error} what="The list" />}
          <DataTable
            label="Each duel"
            storageKey="each-duel"
            rows={list.data ?? []}
            columns={COLUMNS}
            getId={(duel) => String(duel.position)}
            density={density}
            {...(search.peek === undefined ? {} : { activeId: search.peek })}
            onOpen={(duel) => patch({ peek: String(duel.position) }, { replace: true })}
            card={(duel) => (
              <div className="flex h-full items-center gap-3">
                <span className="num text-fg-3">{duel.position + 1}</span>
                <span className="recorded cut flex-1">
                  {duel.first.contestant} – {duel.second.contestant}
                </span>
                <Outcome duel={duel} />
              </div>
            )}
            footer={
              run.items > (list.data?.length ?? 0) && (list.data?.length ?? 0) > 0 ? (
                <p className="px-4 py-2 text-label text-fg-3">The first {formatCount(list.data?.length)} are listed.</p>
              ) : undefined
            }
          />
        </div>
        {chosen !== null && (
          <DuelView
            runId={run.id}
            position={chosen}
            last={run.items - 1}
            onMove={(next) => patch({ peek: next === null ? null : String(next) }, { replace: true })}
          />
        )}
      </div>
    </div>
  );
}

const COLUMNS: readonly DataColumn<Duel>[] = [
  { id: "number", label: "#", width: 56, align: "right", cell: (duel) => duel.position + 1 },
  {
    id: "first",
    label: "First",
    width: 160,
    grow: true,
    cell: (duel) => <span className="recorded">{oneLine(duel.first.contestant, 60)}</span>,
  },
  {
    id: "second",
    label: "Second",
    width: 160,
    grow: true,
    cell: (duel) => <span className="recorded">{oneLine(duel.second.contestant, 60)}</span>,
  },
  { id: "won", label: "Won by", width: 180, cell: (duel) => <Outcome duel={duel} /> },
  { id: "why", label: "", width: 230, cell: (duel) => <span className="text-fg-3">{tieText(duel)}</span> },
];

function Outcome({ duel }: { duel: Duel }) {
  const text = outcomeText(duel);
  const tone = duel.state === "failed" ? "text-error" : duel.won === null ? "text-fg-3" : "font-medium";
  return <span className={`recorded ${tone}`}>{oneLine(text, 60)}</span>;
}

function Strengths({ standings }: { standings: Standings }) {
  const { contestants, decided, missing, failed } = standings;
  return (
    <section
      aria-label="Strengths"
      className="flex max-h-[55%] shrink-0 flex-col gap-3 overflow-auto border-b border-line px-4 py-3"
    >
      {contestants.length === 0 ? (
        <p className="text-label text-fg-2">No duel is decided yet.</p>
      ) : (
        <table aria-label="Strengths of the contestants" className="w-full max-w-[880px] text-label">
          <thead>
            <tr className="border-b border-line text-left text-fg-2">
              <th className="py-1 pr-4 font-medium">Contestant</th>
              <th className="w-56 py-1 pr-4 font-medium max-wide:hidden">0 to 1</th>
              <th className="py-1 pr-4 font-medium" title="Bradley–Terry: the chance to win against an average one">
                Strength
              </th>
              <th className="py-1 pr-4 text-right font-medium">Won</th>
              <th className="py-1 pr-4 text-right font-medium">Lost</th>
              <th className="py-1 text-right font-medium">Tied</th>
            </tr>
          </thead>
          <tbody>
            {contestants.map((one) => (
              <tr key={one.name} className="border-b border-line">
                <th className="recorded py-1.5 pr-4 text-left font-medium">{oneLine(one.name, 60)}</th>
                <td className="py-1.5 pr-4 max-wide:hidden">
                  <Whisker estimate={one.strength} tone="var(--series-1)" mark={0.5} />
                </td>
                <td className="num py-1.5 pr-4 text-left whitespace-nowrap">{estimateText(one.strength)}</td>
                <td className="num py-1.5 pr-4 text-right">{formatCount(one.won)}</td>
                <td className="num py-1.5 pr-4 text-right">{formatCount(one.lost)}</td>
                <td className="num py-1.5 text-right">{formatCount(one.tied)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <JudgeFacts standings={standings} />
      <p className="text-label text-fg-3">
        {formatCount(decided)} decided, {formatCount(missing)} without a verdict, {formatCount(failed)} failed. An
        answer wins only where it wins in both orders; a missing verdict is no tie and counts for nobody.
      </p>
    </section>
  );
}

function JudgeFacts({ standings: { agreement, lean, kin } }: { standings: Standings }) {
  return (
    <dl aria-label="What the orders say of the judge" className="grid max-w-[880px] gap-1 text-label">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-0.5">
        <dt
          className="w-64 text-fg-2"
          title="1: it always takes the answer that it reads first, −1: the last, 0: neither"
        >
          Position bias (0 is fair)
        </dt>
        <dd className="num">{estimateText(lean)}</dd>
        <dd>
          <FindingBadge estimate={lean} more="takes the first" less="takes the last" />
        </dd>
      </div>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-0.5">
        <dt className="w-64 text-fg-2">Both orders say the same</dt>
        <dd className="num">{estimateText(agreement)}</dd>
      </div>
      {kin && (
        <div className="flex flex-wrap items-center gap-x-3 gap-y-0.5">
          <dt className="w-64 text-fg-2">The judge's own family wins</dt>
          <dd className="num">{estimateText(kin)}</dd>
          <dd className="text-warn">Such judges prefer their own style; ask one of another family too.</dd>
        </div>
      )}
    </dl>
  );
}
