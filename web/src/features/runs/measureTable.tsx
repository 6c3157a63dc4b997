/** How two columns differ over the same cases: each measure in its unit, with interval, n and a verdict in words. */

import { needed, VERDICTS } from "@/domain/comparison";
import { formatCount } from "@/domain/format";
import { type Measure, measured, measureName, moved } from "@/domain/runs";
import { Badge } from "@/ui/controls";

export function MeasureTable({
  label,
  baseline,
  measures,
}: {
  label: string;
  baseline: string;
  measures: readonly Measure[];
}) {
  return (
    <table className="w-full min-w-[640px] text-label" aria-label={label}>
      <thead className="text-left text-fg-3">
        <tr>
          <th className="py-1 font-medium">Measure</th>
          <th className="num py-1 font-medium">{baseline}</th>
          <th className="num py-1 font-medium">{label}</th>
          <th className="py-1 pl-6 font-medium">Difference, 95 % interval</th>
          <th className="num py-1 font-medium">n</th>
          <th className="py-1 pl-4 font-medium">Verdict</th>
        </tr>
      </thead>
      <tbody>
        {measures.map((one) => (
          <tr key={one.measure} className="border-t border-line">
            <td className="py-1.5 font-medium">{measureName(one.measure)}</td>
            <td className="num text-fg-2">{measured(one.measure, one.baseline_mean)}</td>
            <td className="num">{measured(one.measure, one.mean)}</td>
            <td className="whitespace-nowrap pl-6">
              <span className="inline-block min-w-20">{moved(one.measure, one.difference)}</span>
              <span className="text-fg-3">
                {one.low === null || one.high === null
                  ? "too few cases for an interval"
                  : `${moved(one.measure, one.low)} … ${moved(one.measure, one.high)}`}
              </span>
            </td>
            <td className="num text-fg-2">{formatCount(one.n)}</td>
            <td className="whitespace-nowrap pl-4">
              <Badge tone={VERDICTS[one.verdict].tone}>{VERDICTS[one.verdict].label}</Badge>
              <span className="ml-2 text-fg-3">{needed(one.needed)}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
