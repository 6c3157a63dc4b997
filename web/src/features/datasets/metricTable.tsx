/** Metrics of two experiments: the difference drawn with its interval on one axis, and said in a word. */

import type { ComparedMetric, Comparison } from "@/api/datasets";
import { axisOf, marksOf, needed, signed, VERDICTS } from "@/domain/comparison";
import { formatCount, formatScore } from "@/domain/format";
import { Badge } from "@/ui/controls";

export function MetricTable({ comparison }: { comparison: Comparison }) {
  const axis = axisOf(comparison.metrics);
  const confidence = comparison.metrics.at(0)?.confidence ?? 0.95;
  return (
    <section className="shrink-0 overflow-x-auto border-b border-line px-4 py-3" aria-label="Comparison">
      <p className="mb-2 text-label text-fg-2">
        {formatCount(comparison.items)} cases in both
        {comparison.errors > 0 && `, ${formatCount(comparison.errors)} failed here and have no score`}. Differences with{" "}
        {(confidence * 100).toFixed(confidence > 0.99 ? 1 : 0)} % intervals, case by case.
      </p>
      <table className="w-full min-w-[640px] text-label">
        <thead className="text-left text-fg-3">
          <tr>
            <th className="py-1 font-medium">Metric</th>
            <th className="num py-1 font-medium">Baseline</th>
            <th className="num py-1 font-medium">Here</th>
            <th className="py-1 pl-4 font-medium">Difference</th>
            <th className="num py-1 font-medium">n</th>
            <th className="py-1 pl-4 font-medium">Verdict</th>
          </tr>
        </thead>
        <tbody>
          {comparison.metrics.map((metric) => (
            <MetricRow key={metric.name} metric={metric} axis={axis} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function MetricRow({ metric, axis }: { metric: ComparedMetric; axis: number }) {
  const verdict = VERDICTS[metric.verdict];
  return (
    <tr className="border-t border-line">
      <td className="recorded cut max-w-48 py-1.5 font-medium">{metric.name}</td>
      <td className="num text-fg-2">{formatScore(metric.baseline_mean)}</td>
      <td className="num">{formatScore(metric.mean)}</td>
      <td className="pl-4">
        <span className="flex items-center gap-3">
          <Whisker metric={metric} axis={axis} />
          <span className="num w-14">{signed(metric.difference)}</span>
          <span className="text-fg-3">
            {metric.low === null || metric.high === null
              ? "too few cases for an interval"
              : `${signed(metric.low)} … ${signed(metric.high)}`}
          </span>
        </span>
      </td>
      <td className="num text-fg-2">{formatCount(metric.n)}</td>
      <td className="whitespace-nowrap pl-4">
        <Badge tone={verdict.tone}>{verdict.label}</Badge>
        <span className="ml-2 text-fg-3">{needed(metric.needed)}</span>
      </td>
    </tr>
  );
}

function Whisker({ metric, axis }: { metric: ComparedMetric; axis: number }) {
  const marks = marksOf(metric, axis);
  const colour =
    metric.verdict === "better" ? "var(--good)" : metric.verdict === "worse" ? "var(--error)" : "var(--text-2)";
  return (
    <span className="relative block h-3 w-40 shrink-0" aria-hidden="true">
      <i className="absolute top-[5.5px] h-px w-full bg-line" />
      <i className="absolute top-0 left-1/2 h-full w-px bg-line-strong" />
      {marks && (
        <>
          <i
            className="absolute top-[5px] h-0.5"
            style={{ left: `${marks.low * 100}%`, width: `${(marks.high - marks.low) * 100}%`, background: colour }}
          />
          <i
            className="absolute top-[3px] size-1.5 -translate-x-1/2 rounded-full"
            style={{ left: `${marks.value * 100}%`, background: colour }}
          />
        </>
      )}
    </span>
  );
}
