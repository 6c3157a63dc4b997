/** Before and after each move of a label: quality, cost, latency, refusals, with intervals and n on each side, and the difference. */

import { useQuery } from "@tanstack/react-query";
import type { Estimate, PromptRecord } from "@/api/prompts";
import { type EffectSide, effectsQuery, type MetricEffect, type MoveEffect } from "@/api/rollouts";
import { formatCount } from "@/domain/format";
import { armsText } from "@/domain/prompts";
import { estimateText, metricName, metricValue, moveText, place } from "@/domain/rollouts";
import { Problem } from "@/ui/states";
import { Clock } from "@/ui/values";

const HEAD = "px-2 py-1.5 font-medium whitespace-nowrap";
const CELL = "px-2 py-1.5 tabular-nums whitespace-nowrap";

export function MoveEffects({ record }: { record: PromptRecord }) {
  const query = useQuery(effectsQuery(record.name, record.moves.length));
  if (query.error && !query.data) {
    return <Problem error={query.error} what="What the label moves changed" onRetry={() => void query.refetch()} />;
  }
  if (!query.data || query.data.length === 0) return null;
  return (
    <section aria-label="Before and after each move" className="flex flex-col gap-2 pt-6">
      <h2 className="text-body font-semibold">Before and after each move</h2>
      <p className="max-w-[90ch] text-label text-fg-2">
        Calls that were fetched by the label, up to seven days on either side and never beyond its next move. A user is
        one case, however often they call. Nobody was drawn, so whatever else changed at that time is in the difference:
        a rollout compares versions at the same time.
      </p>
      {query.data.map((effect, index) => (
        <Effect key={effect.move.id} effect={effect} open={index === 0} />
      ))}
    </section>
  );
}

function Effect({ effect, open }: { effect: MoveEffect; open: boolean }) {
  const { move, before, after, metrics } = effect;
  return (
    <details open={open} className="border-t border-grid pt-2" aria-label={`Move of ${move.label}`}>
      <summary className="cursor-pointer text-label">
        <b className="font-medium">{move.label}</b>{" "}
        <span className="tabular-nums">
          {armsText(move.before)} → {armsText(move.after)}
        </span>{" "}
        <span className="text-fg-3">
          <Clock time={move.time} clock="full" /> by <span className="recorded">{move.actor}</span>
        </span>{" "}
        <span className="text-fg-2">
          {sideText(before)} before, {sideText(after)} after
        </span>
      </summary>
      {metrics.length === 0 ? (
        <p className="py-2 text-label text-fg-3">No call on either side yet.</p>
      ) : (
        <div className="-mx-4 overflow-x-auto" tabIndex={0} role="region" aria-label={`Effect on ${move.label}`}>
          <table className="w-full text-label">
            <thead className="border-b border-line text-fg-2">
              <tr>
                <th className={`${HEAD} pl-4 text-left`}>Metric</th>
                <th className={`${HEAD} text-right`}>Before, 95 %</th>
                <th className={`${HEAD} text-right`}>After, 95 %</th>
                <th className={`${HEAD} text-right`}>Difference</th>
                <th className={`${HEAD} pr-4 text-left`}>Interval</th>
              </tr>
            </thead>
            <tbody>
              {metrics.map((metric) => (
                <MetricRow key={metric.metric} metric={metric} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}

function MetricRow({ metric }: { metric: MetricEffect }) {
  const { difference } = metric;
  return (
    <tr className="border-b border-grid hover:bg-hover">
      <th scope="row" className={`${CELL} pl-4 text-left font-medium`}>
        {metricName(metric.metric)}
      </th>
      <ValueCell metric={metric.metric} estimate={metric.before} />
      <ValueCell metric={metric.metric} estimate={metric.after} />
      <td className={`${CELL} text-right`}>
        {difference ? moveText(metric.metric, difference.value) : <span className="text-fg-3">–</span>}
      </td>
      <td className={`${CELL} pr-4`}>
        <Interval metric={metric.metric} difference={difference} />
      </td>
    </tr>
  );
}

function ValueCell({ metric, estimate }: { metric: string; estimate: Estimate | null }) {
  if (!estimate) return <td className={`${CELL} text-right text-fg-3`}>–</td>;
  return (
    <td className={`${CELL} text-right`}>
      {metricValue(metric, estimate.value)}{" "}
      <span className="text-fg-3">
        {estimateText(metric, estimate)} n {formatCount(estimate.n)}
      </span>
    </td>
  );
}

function Interval({ metric, difference }: { metric: string; difference: Estimate | null }) {
  if (!difference || difference.low === null || difference.high === null) {
    return <span className="text-fg-3">too few users</span>;
  }
  const { low, high } = difference;
  const placed = place(difference, 1.15 * Math.max(Math.abs(low), Math.abs(high), 1e-12));
  const unclear = low <= 0 && high >= 0;
  const percent = (share: number) => `${100 * share}%`;
  return (
    <span className="inline-flex items-center gap-2">
      {placed && (
        <span aria-hidden="true" className="relative h-4 w-32 shrink-0 max-wide:hidden">
          <span className="absolute inset-x-0 top-1/2 h-px bg-line" />
          <span className="absolute top-0 left-1/2 h-4 w-px bg-line-strong" />
          <span
            className={`absolute top-1/2 h-1 -translate-y-1/2 rounded-bar ${unclear ? "bg-line-strong" : "bg-accent-line"}`}
            style={{ left: percent(placed.left), right: percent(1 - placed.right) }}
          />
          <span
            className={`absolute top-0.5 h-3 w-0.5 ${unclear ? "bg-fg-3" : "bg-accent"}`}
            style={{ left: percent(placed.at) }}
          />
        </span>
      )}
      <span className="text-fg-2">
        {moveText(metric, low)} to {moveText(metric, high)}
      </span>
      {unclear && <span className="text-fg-3">cannot tell</span>}
    </span>
  );
}

function sideText(side: EffectSide): string {
  return `${formatCount(side.calls)} calls of ${formatCount(side.users)} users`;
}
