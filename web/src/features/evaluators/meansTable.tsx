/** Means by segment: as the judge says, and as the labels correct it, each with its interval drawn on one scale. */

import type { SegmentMean } from "@/api/evaluators";
import { estimateText } from "@/domain/evaluators";
import { formatCount } from "@/domain/format";
import { Whisker } from "./whisker";

export function MeansTable({ means, label = "Means by segment" }: { means: readonly SegmentMean[]; label?: string }) {
  if (means.length === 0) return <p className="text-fg-2">No score in this time range.</p>;
  return (
    <div className="overflow-x-auto">
      <table aria-label={label} className="w-full max-w-[980px] text-label">
        <thead>
          <tr className="border-b border-line text-left text-fg-2">
            <th className="py-1 pr-4 font-medium">Segment</th>
            <th className="w-64 py-1 pr-4 font-medium max-wide:hidden">0 to 1</th>
            <th className="py-1 pr-4 font-medium">Raw</th>
            <th className="py-1 pr-4 font-medium">Corrected by labels</th>
            <th className="py-1 text-right font-medium">Missing</th>
          </tr>
        </thead>
        <tbody>
          {means.map((mean) => (
            <tr key={mean.segment} className="border-b border-line">
              <th className="py-1.5 pr-4 text-left font-medium whitespace-nowrap">{mean.segment || "all"}</th>
              <td className="py-1.5 pr-4 max-wide:hidden">
                <Whisker estimate={mean.raw} tone="var(--text-3)" />
                <Whisker estimate={mean.corrected} tone="var(--series-1)" />
              </td>
              <td className="num py-1.5 pr-4 text-left whitespace-nowrap text-fg-2">{estimateText(mean.raw)}</td>
              <td className="num py-1.5 pr-4 text-left whitespace-nowrap">
                {mean.corrected ? estimateText(mean.corrected) : "cannot tell yet"}
              </td>
              <td className="num py-1.5 text-right">{formatCount(mean.missing)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
