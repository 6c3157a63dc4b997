/** How far people agree, each measure with its interval and n; what each did; and now against eight weeks ago. */

import { useQuery } from "@tanstack/react-query";
import { type Agreement, type Era, type Panel, panelQuery, type Queue } from "@/api/annotations";
import { signed } from "@/domain/comparison";
import { formatCount, formatDuration, formatScore, plural } from "@/domain/format";
import { agreementWord } from "@/domain/rating";
import { Problem } from "@/ui/states";

export function AgreementPanel({ queue }: { queue: Queue }) {
  const query = useQuery(panelQuery(queue.id));
  if (query.error && !query.data)
    return <Problem error={query.error} what="The agreement" onRetry={() => void query.refetch()} />;
  if (!query.data) return null;
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-6 overflow-y-auto p-4">
      <AgreementTable rows={query.data.agreement} />
      {query.data.eras.length > 0 && <Eras rows={query.data.eras} />}
      <People panel={query.data} />
    </div>
  );
}

const HEAD = "py-1 text-left font-medium text-fg-3";

function AgreementTable({ rows }: { rows: Agreement[] }) {
  return (
    <section aria-label="Agreement" className="overflow-x-auto">
      <h2 className="mb-1">Agreement</h2>
      <p className="mb-2 max-w-[80ch] text-label text-fg-2">
        Krippendorff's α: 1 is full agreement, 0 is chance. Only items that as many people have judged as shall.
      </p>
      <table className="w-full min-w-[640px] text-label">
        <thead>
          <tr>
            <th className={HEAD}>Dimension</th>
            <th className={`${HEAD} num`}>α</th>
            <th className={`${HEAD} pl-4`}>95 % interval</th>
            <th className={`${HEAD} num`}>Cohen's κ</th>
            <th className={`${HEAD} num`}>Equal</th>
            <th className={`${HEAD} num`}>n</th>
            <th className={`${HEAD} pl-4`}>What it says</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.dimension} className="border-t border-line">
              <td className="recorded py-1.5 font-medium">{row.dimension}</td>
              <td className="num">{formatScore(row.value)}</td>
              <td className="pl-4 text-fg-2">{interval(row.low, row.high)}</td>
              <td className="num">
                {row.kappa === null ? "–" : `${formatScore(row.kappa)} (${interval(row.kappa_low, row.kappa_high)})`}
              </td>
              <td className="num">{row.raw === null ? "–" : `${(row.raw * 100).toFixed(0)} %`}</td>
              <td className="num text-fg-2">{formatCount(row.items)}</td>
              <td className="pl-4 text-fg-2">
                {agreementWord(row.low, row.value)}
                {row.disputed.length > 0 && `; ${plural(row.disputed.length, "item")} disputed`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function interval(low: number | null, high: number | null): string {
  return low === null || high === null ? "too few items" : `${formatScore(low)} … ${formatScore(high)}`;
}

function Eras({ rows }: { rows: Era[] }) {
  return (
    <section aria-label="Now against eight weeks ago" className="overflow-x-auto">
      <h2 className="mb-2">Now against eight weeks ago</h2>
      <table className="w-full min-w-[560px] text-label">
        <thead>
          <tr>
            <th className={HEAD}>Dimension</th>
            <th className={`${HEAD} num`}>Before</th>
            <th className={`${HEAD} num`}>Now</th>
            <th className={`${HEAD} num`}>Difference</th>
            <th className={`${HEAD} pl-4`}>95 % interval</th>
            <th className={`${HEAD} num`}>n before, now</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.dimension} ${row.value}`} className="border-t border-line">
              <td className="recorded py-1.5 font-medium">
                {row.dimension} {row.value && <span className="font-normal text-fg-2">{row.value}</span>}
              </td>
              <td className="num">{formatScore(row.before)}</td>
              <td className="num">{formatScore(row.now)}</td>
              <td className="num">{signed(row.difference)}</td>
              <td className="pl-4 text-fg-2">
                {row.low === null || row.high === null
                  ? "too few"
                  : `${signed(row.low)} … ${signed(row.high)}${row.low <= 0 && row.high >= 0 ? ": cannot tell" : ""}`}
              </td>
              <td className="num text-fg-2">
                {formatCount(row.before_n)}, {formatCount(row.now_n)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function People({ panel }: { panel: Panel }) {
  return (
    <section aria-label="People">
      <h2 className="mb-2">People</h2>
      {panel.annotators.length === 0 && <p className="text-label text-fg-2">Nobody has judged anything yet.</p>}
      {panel.annotators.map((person) => (
        <p key={person.annotator} className="flex flex-wrap gap-x-4 border-t border-line py-1.5 text-label">
          <b className="recorded min-w-40 font-medium max-wide:w-full">{person.name}</b>
          <span>{plural(person.judged, "item")} judged</span>
          <span className="text-fg-2">{formatCount(person.skipped)} skipped</span>
          {person.median_seconds !== null && (
            <span className="text-fg-2">{formatDuration(person.median_seconds * 1000)} an item, by the median</span>
          )}
        </p>
      ))}
    </section>
  );
}
