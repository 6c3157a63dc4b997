/** What each version did in production: calls, cost, latency, refusals, errors, feedback and scores, with intervals. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChartColumn } from "lucide-react";
import { type PromptRecord, type VersionReport, versionReportsQuery } from "@/api/prompts";
import { carried, rangeOf } from "@/domain/address";
import { quote } from "@/domain/filterText";
import { formatCount, formatDuration } from "@/domain/format";
import { useAddress } from "@/ui/address";
import { Empty, Problem, SkeletonRows, useLate } from "@/ui/states";
import { Age, Cost } from "@/ui/values";
import { MoveEffects } from "./moveEffects";
import { MeanWithInterval, ShareWithInterval } from "./parts";

const HEAD = "px-2 py-1.5 font-medium whitespace-nowrap";
const CELL = "px-2 py-1.5 tabular-nums whitespace-nowrap";

export function ResultsTab({ record }: { record: PromptRecord }) {
  return (
    <>
      <Versions record={record} />
      <MoveEffects record={record} />
    </>
  );
}

function Versions({ record }: { record: PromptRecord }) {
  const [search] = useAddress();
  const query = useQuery(versionReportsQuery(record.name, rangeOf(search)));
  const waiting = useLate(query.isPending);
  if (query.error && !query.data) {
    return <Problem error={query.error} what="The results" onRetry={() => void query.refetch()} />;
  }
  if (waiting) return <SkeletonRows rows={4} />;
  if (!query.data) return null;
  if (query.data.length === 0) {
    return (
      <Empty icon={ChartColumn} title="No call of this prompt in this time range">
        Generations count here when they were made with the compiled prompt, or when their fingerprint is bound to it on
        the page Effective prompts.
      </Empty>
    );
  }
  return (
    <div className="-mx-4 overflow-x-auto" tabIndex={0} role="region" aria-label="Results by version">
      <table className="w-full text-label">
        <thead className="border-b border-line text-fg-2">
          <tr>
            <th className={`${HEAD} pl-4 text-left`}>Version</th>
            <th className={`${HEAD} text-right`}>Calls</th>
            <th className={`${HEAD} text-right`}>Users</th>
            <th className={`${HEAD} text-right`}>Cost a call</th>
            <th className={`${HEAD} text-right`}>p50</th>
            <th className={`${HEAD} text-right`}>p95</th>
            <th className={`${HEAD} text-right`}>Refused</th>
            <th className={`${HEAD} text-right`}>Errors</th>
            <th className={`${HEAD} text-right`}>Positive feedback</th>
            <th className={`${HEAD} text-left`}>Scores</th>
            <th className={`${HEAD} pr-4 text-right`}>Last call</th>
          </tr>
        </thead>
        <tbody>
          {query.data.map((report) => (
            <ReportRow key={report.version} report={report} record={record} />
          ))}
        </tbody>
      </table>
      <p className="px-4 pt-3 text-label text-fg-3">
        Intervals are 95 % (Wilson for shares). Feedback of 0.7 and above is positive; its share is shown from more than
        ten reactions.
      </p>
    </div>
  );
}

function ReportRow({ report, record }: { report: VersionReport; record: PromptRecord }) {
  const filter = report.version
    ? `kind:generation prompt:${quote(record.name)} prompt_version:${quote(report.version)}`
    : "";
  return (
    <tr className="border-b border-grid align-top hover:bg-hover">
      <th scope="row" className={`${CELL} pl-4 text-left font-medium`}>
        <span className="flex items-center gap-2">
          {filter ? (
            <Link to="/traces" search={(old) => ({ ...carried(old), filter })} className="link">
              v{report.version}
            </Link>
          ) : (
            <span title="Calls that belong here by a bound fingerprint alone">by fingerprint</span>
          )}
          <span className="text-fg-3">{labelsAt(record, Number(report.version))}</span>
        </span>
      </th>
      <td className={`${CELL} text-right`}>{formatCount(report.calls)}</td>
      <td className={`${CELL} text-right`}>{formatCount(report.users)}</td>
      <td className={`${CELL} text-right`}>
        <Cost usd={report.cost_per_call} />
      </td>
      <td className={`${CELL} text-right`}>{formatDuration(report.duration_p50)}</td>
      <td className={`${CELL} text-right`}>{formatDuration(report.duration_p95)}</td>
      <td className={`${CELL} text-right`}>
        <ShareWithInterval estimate={report.refusal_rate} bad />
      </td>
      <td className={`${CELL} text-right`}>
        <ShareWithInterval estimate={report.error_rate} bad />
      </td>
      <td className={`${CELL} text-right`}>
        {report.positive_rate ? (
          <ShareWithInterval estimate={report.positive_rate} />
        ) : (
          <span className="text-fg-3">{report.feedback > 0 ? `n = ${report.feedback}` : "–"}</span>
        )}
      </td>
      <td className="px-2 py-1.5">
        <span className="flex flex-wrap gap-x-4">
          {Object.entries(report.scores).map(([name, estimate]) => (
            <MeanWithInterval key={name} name={name} estimate={estimate} />
          ))}
        </span>
      </td>
      <td className={`${CELL} pr-4 text-right text-fg-3`}>
        <Age time={report.last_time} />
      </td>
    </tr>
  );
}

function labelsAt(record: PromptRecord, version: number): string {
  return record.labels
    .filter((label) => label.arms.some((arm) => arm.version === version))
    .map((label) => label.label)
    .join(", ");
}
