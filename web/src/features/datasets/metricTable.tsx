/** Metrics of experiments against one baseline: each difference drawn with its interval on one axis, and said in a word. */

import type { ComparedMetric, Comparison } from "@/api/datasets";
import { axisOf, marksOf, metricGap, metricText, needed, VERDICTS } from "@/domain/comparison";
import { formatCount, oneLine } from "@/domain/format";
import { Badge } from "@/ui/controls";

export function MetricTable({ comparisons }: { comparisons: readonly Comparison[] }) {
  const names = [...new Set(comparisons.flatMap((one) => one.metrics.map((metric) => metric.name)))];
  const many = comparisons.length > 1;
  return (
    <section className="max-h-[45%] shrink-0 overflow-auto border-b border-line px-4 py-3" aria-label="Comparison">
      <p className="mb-2 text-label text-fg-2">{basis(comparisons)}</p>
      <table className="w-full min-w-[820px] text-label">
        <thead className="text-left text-fg-3">
          <tr>
            <th className="py-1 font-medium">Metric</th>
            {many && <th className="py-1 font-medium">Experiment</th>}
            <th className="num py-1 font-medium">Baseline</th>
            <th className="num py-1 font-medium">Here</th>
            <th className="py-1 pl-4 font-medium">Difference</th>
            <th className="num py-1 font-medium">n</th>
            <th
              className="num py-1 font-medium"
              title="The smallest difference that so many cases would tell, with a power of 80 %"
            >
              Would tell
            </th>
            <th className="py-1 pl-4 font-medium">Verdict</th>
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <Rows key={name} name={name} comparisons={comparisons} many={many} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function basis(comparisons: readonly Comparison[]): string {
  const first = comparisons[0];
  const items = [...new Set(comparisons.map((one) => formatCount(one.items)))].join(", ");
  const errors = comparisons.reduce((sum, one) => sum + one.errors, 0);
  const confidence = (first?.metrics[0]?.confidence ?? 0.95) * 100;
  const failed = errors > 0 ? `, ${formatCount(errors)} failed here and have no score` : "";
  return `${items} cases in both${failed}. Differences with ${confidence.toFixed(confidence > 99 ? 2 : confidence > 95 ? 1 : 0)} % intervals, case by case: so wide that all of these together err no more often than one.`;
}

function Rows({ name, comparisons, many }: { name: string; comparisons: readonly Comparison[]; many: boolean }) {
  const found = comparisons.flatMap((comparison) => {
    const metric = comparison.metrics.find((one) => one.name === name);
    return metric ? [{ comparison, metric }] : [];
  });
  // Costs of a call are far below a hundredth of a dollar.
  const axis = axisOf(
    found.map(({ metric }) => metric),
    name === "cost" ? 1e-9 : undefined,
  );
  return found.map(({ comparison, metric }, place) => (
    <tr key={comparison.experiment.id} className="border-t border-line">
      <th scope="row" className="recorded cut max-w-48 py-1.5 text-left font-medium">
        {place === 0 && name}
        {place === 0 && metric.lower_is_better && (
          <span className="ml-1.5 text-micro font-normal text-fg-3">less is better</span>
        )}
      </th>
      {many && <td className="recorded cut max-w-48">{oneLine(comparison.experiment.name, 60)}</td>}
      <MetricCells metric={metric} axis={axis} />
    </tr>
  ));
}

function MetricCells({ metric, axis }: { metric: ComparedMetric; axis: number }) {
  const verdict = VERDICTS[metric.verdict];
  const text = (value: number) => metricGap(metric.name, value);
  return (
    <>
      <td className="num text-fg-2">{metricText(metric.name, metric.baseline_mean)}</td>
      <td className="num">{metricText(metric.name, metric.mean)}</td>
      <td className="pl-4">
        <span className="flex items-center gap-3">
          <Whisker metric={metric} axis={axis} />
          <span className="num min-w-16 shrink-0 whitespace-nowrap">{text(metric.difference)}</span>
          <span className="whitespace-nowrap text-fg-3">
            {metric.low === null || metric.high === null
              ? "too few cases for an interval"
              : `${text(metric.low)} … ${text(metric.high)}`}
          </span>
        </span>
      </td>
      <td className="num text-fg-2">{formatCount(metric.n)}</td>
      <td className="num text-fg-3">
        {metric.detectable === null ? "–" : `±${metricText(metric.name, metric.detectable)}`}
      </td>
      <td className="whitespace-nowrap pl-4">
        <Badge tone={verdict.tone}>{verdict.label}</Badge>
        <span className="ml-2 text-fg-3">{needed(metric.needed)}</span>
      </td>
    </>
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
