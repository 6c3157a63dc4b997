/** The comparison of new versions with the old one, metric by metric, with intervals and the strength of the evidence. */

import type { Evidence, Finding } from "@/api/rollouts";
import { formatCount } from "@/domain/format";
import {
  differenceText,
  evidenceShare,
  marginText,
  metricName,
  metricValue,
  place,
  reachOf,
  verdictText,
} from "@/domain/rollouts";
import { cx } from "@/ui/classes";
import { Badge } from "@/ui/controls";

const HEAD = "px-2 py-1.5 font-medium whitespace-nowrap";
const CELL = "px-2 py-1.5 tabular-nums whitespace-nowrap";

export function EvidenceTable({ evidence }: { evidence: Evidence }) {
  return (
    <div className="-mx-4 overflow-x-auto" tabIndex={0} role="region" aria-label="Evidence">
      <table className="w-full text-label">
        <thead className="border-b border-line text-fg-2">
          <tr>
            <th className={`${HEAD} pl-4 text-left`}>Metric</th>
            <th className={`${HEAD} text-right`}>v{evidence.control}, before</th>
            <th className={`${HEAD} text-right`}>New version</th>
            <th className={`${HEAD} text-right`}>Difference</th>
            <th className={`${HEAD} text-left`}>Interval</th>
            <th className={`${HEAD} text-right`}>Accepted</th>
            <th className={`${HEAD} text-left`}>Evidence</th>
            <th className={`${HEAD} pr-4 text-left`}>Verdict</th>
          </tr>
        </thead>
        <tbody>
          {evidence.findings.map((finding) => (
            <FindingRow key={`${finding.version}${finding.metric}`} finding={finding} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function FindingRow({ finding }: { finding: Finding }) {
  const { difference } = finding;
  return (
    <tr className="border-b border-grid hover:bg-hover">
      <th scope="row" className={`${CELL} pl-4 text-left font-medium`}>
        {metricName(finding.metric)}
      </th>
      <SideCell metric={finding.metric} side={finding.base} />
      <SideCell metric={finding.metric} side={finding.ours} prefix={`v${finding.version} `} />
      <td className={`${CELL} text-right`}>
        {difference ? differenceText(finding, difference.value) : <span className="text-fg-3">–</span>}
      </td>
      <td className={CELL}>
        <Interval finding={finding} />
      </td>
      <td className={`${CELL} text-right text-fg-2`}>{marginText(finding)}</td>
      <td className={CELL}>
        <Strength finding={finding} />
      </td>
      <td className={`${CELL} pr-4`}>
        <Verdict finding={finding} />
      </td>
    </tr>
  );
}

function SideCell({ metric, side, prefix = "" }: { metric: string; side: Finding["ours"]; prefix?: string }) {
  return (
    <td
      className={`${CELL} text-right`}
      title={`${prefix}${formatCount(side.calls)} values of ${formatCount(side.units)} users`}
    >
      {metricValue(metric, side.value)} <span className="text-fg-3">n {formatCount(side.calls)}</span>
    </td>
  );
}

function Interval({ finding }: { finding: Finding }) {
  const reach = reachOf(finding);
  const placed = place(finding.difference, reach);
  const { difference } = finding;
  if (!placed || !difference) return <span className="text-fg-3">too few users</span>;
  const percent = (share: number) => `${100 * share}%`;
  const signed = finding.worse === "higher" || finding.relative ? finding.margin : -finding.margin;
  const low = differenceText(finding, difference.low ?? 0);
  const high = difference.high === null ? "open" : differenceText(finding, difference.high);
  const bad = finding.verdict === "worse";
  return (
    <span className="inline-flex items-center gap-2">
      <span aria-hidden="true" className="relative h-4 w-32 shrink-0 max-wide:hidden">
        <span className="absolute inset-x-0 top-1/2 h-px bg-line" />
        <span className="absolute top-0 left-1/2 h-4 w-px bg-line-strong" />
        <span
          className="absolute top-0 h-4 w-0 border-l border-dashed border-warn"
          style={{ left: percent((signed / reach + 1) / 2) }}
        />
        <span
          className={cx("absolute top-1/2 h-1 -translate-y-1/2 rounded-bar", bad ? "bg-error-line" : "bg-accent-line")}
          style={{ left: percent(placed.left), right: percent(1 - placed.right) }}
        />
        <span
          className={cx("absolute top-0.5 h-3 w-0.5", bad ? "bg-error" : "bg-accent")}
          style={{ left: percent(placed.at) }}
        />
      </span>
      <span className="text-fg-2">
        {low} to {high}
      </span>
    </span>
  );
}

function Strength({ finding }: { finding: Finding }) {
  const share = evidenceShare(finding);
  const value = finding.e_value >= 1e6 ? "> 1 M" : finding.e_value.toFixed(finding.e_value < 10 ? 1 : 0);
  return (
    <span
      className="inline-flex items-center gap-2"
      title={`e-value ${value}; at ${finding.limit.toFixed(0)} it is shown that it is worse by more than accepted`}
    >
      <span aria-hidden="true" className="h-1 w-16 overflow-hidden rounded-bar bg-grid">
        <span
          className={cx("block h-1", share >= 1 ? "bg-error" : "bg-fg-3")}
          style={{ width: `${Math.round(100 * share)}%` }}
        />
      </span>
      <span className="text-fg-3">
        {value} of {finding.limit.toFixed(0)}
      </span>
    </span>
  );
}

function Verdict({ finding }: { finding: Finding }) {
  const text = verdictText(finding);
  if (finding.verdict === "worse") return <Badge tone={finding.stops ? "error" : "warn"}>{text}</Badge>;
  if (finding.verdict === "within") return <Badge tone="good">{text}</Badge>;
  return <span className="text-fg-3">{text}</span>;
}
