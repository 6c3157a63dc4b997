/** The over-retrieval lens: context that is paid for, by class of documents and version of the index, against the period before. */

import { useQuery } from "@tanstack/react-query";
import { FileSearch } from "lucide-react";
import { useMemo } from "react";
import { type ClassContext, retrievalQuery } from "@/api/cost";
import { tableWidget } from "@/domain/dashboards";
import { quote } from "@/domain/filterText";
import { formatAmount, formatCount, formatMoney } from "@/domain/format";
import { changeText } from "@/domain/series";
import { AddToDashboardButton } from "@/features/dashboards/addToDashboard";
import { useAddress } from "@/ui/address";
import { cx } from "@/ui/classes";
import { Empty, Problem, SkeletonRows, useLate } from "@/ui/states";
import { Fact } from "./parts";
import { useCostScope, useToTraces } from "./useCostScope";

const WIDGET = tableWidget(
  "Documents by class",
  ["document_classes"],
  "spans.count document_count.avg duration.p95",
  "kind:retriever",
);
/** Growth from which a class is called out. */
const NOTABLE = 0.15;

export function RetrievalLens() {
  const [search] = useAddress();
  const query = useQuery(retrievalQuery(useCostScope()));
  const waiting = useLate(query.isPending);
  const rows = useMemo(() => worstFirst(query.data ?? []), [query.data]);
  if (query.error && !query.data) {
    return <Problem error={query.error} what="The retrievals" onRetry={() => void query.refetch()} />;
  }
  if (waiting) return <SkeletonRows rows={6} />;
  if (!query.data) return null;
  if (rows.length === 0) {
    return (
      <Empty icon={FileSearch} title="No retrieval with document classes in this time range">
        Send the class of each document (<code className="mono">document.metadata.class</code>) with retriever spans,
        and this page shows what each class costs.
      </Empty>
    );
  }
  const paid = rows.reduce((sum, row) => sum + row.now.context_cost, 0);
  const excess = rows.reduce((sum, row) => sum + Math.max(0, row.excess_cost ?? 0), 0);
  return (
    <div className="flex flex-col gap-5">
      <dl className="flex flex-wrap gap-x-8 gap-y-3">
        <Fact label="Paid for context">{formatMoney(paid)}</Fact>
        <Fact label="Beyond the size of the period before" warn={excess > NOTABLE * paid}>
          {formatMoney(excess)}
        </Fact>
      </dl>
      <div>
        <AddToDashboardButton widget={WIDGET} filter={search.filter ?? ""} />
      </div>
      <p className="max-w-[90ch] text-label text-fg-2">
        The context of a trace is shared out to the classes of the documents that went on to the model, so the lines sum
        up to the whole. Growth compares the tokens of one answer with the period of the same length before.
      </p>
      <Table rows={rows} />
    </div>
  );
}

/** What grew most, in money, is on top. */
function worstFirst(rows: readonly ClassContext[]): ClassContext[] {
  const excess = (row: ClassContext) => row.excess_cost ?? Number.NEGATIVE_INFINITY;
  return [...rows].sort((a, b) => excess(b) - excess(a) || b.now.context_cost - a.now.context_cost);
}

function Table({ rows }: { rows: readonly ClassContext[] }) {
  const open = useToTraces();
  const perAnswer = (row: ClassContext) => row.now.input_tokens / Math.max(1e-9, row.now.traces);
  const top = Math.max(...rows.map(perAnswer));
  return (
    <div tabIndex={0} role="region" aria-label="Context by class" className="overflow-x-auto">
      <table className="w-full text-label">
        <thead className="border-b border-line text-micro text-fg-3">
          <tr className="h-7">
            <th className="text-left font-medium">Class</th>
            <th className="pl-4 text-left font-medium">Index version</th>
            <th className="num pl-4 font-medium">Answers</th>
            <th className="num pl-4 font-medium">Documents each</th>
            <th className="w-56 pl-4 text-left font-medium">Tokens of context each</th>
            <th className="num pl-4 font-medium">Growth</th>
            <th className="num pl-4 font-medium">Context $</th>
            <th className="num pl-4 font-medium">Beyond before $</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const grown = row.inflation !== null && row.inflation >= NOTABLE;
            const was = row.before?.traces ? row.before.input_tokens / row.before.traces : null;
            return (
              <tr key={`${row.document_class} ${row.index_version}`} className="h-8 border-b border-grid">
                <td>
                  <button
                    type="button"
                    className="recorded cut max-w-60 text-left hover:underline"
                    title={`Traces with documents of ${row.document_class}`}
                    onClick={() => open(`document_classes:${quote(row.document_class)}`)}
                  >
                    {row.document_class}
                  </button>
                </td>
                <td className="recorded pl-4 text-fg-2">{row.index_version || "not named"}</td>
                <td className="num pl-4">{formatCount(row.now.traces)}</td>
                <td className="num pl-4">{(row.now.documents / Math.max(1e-9, row.now.traces)).toFixed(1)}</td>
                <td className="pl-4">
                  <span
                    className="flex items-center gap-2"
                    title={was === null ? undefined : `${formatCount(was)} before`}
                  >
                    <span className="relative block h-2 w-28 rounded-bar bg-n3">
                      <span
                        className="absolute inset-y-0 left-0 rounded-bar bg-[var(--series-1)]"
                        style={{ width: `${(100 * perAnswer(row)) / top}%` }}
                      />
                      {was !== null && (
                        <span
                          className="absolute -inset-y-0.5 w-px bg-fg"
                          style={{ left: `${Math.min(100, (100 * was) / top)}%` }}
                        />
                      )}
                    </span>
                    <span className="num w-14">{formatCount(perAnswer(row))}</span>
                  </span>
                </td>
                <td className={cx("num pl-4", grown ? "font-medium text-error" : "text-fg-2")}>
                  {row.inflation === null
                    ? "–"
                    : `${row.inflation > 0 ? "▲" : row.inflation < 0 ? "▼" : ""} ${changeText(row.inflation)}`}
                </td>
                <td className="num pl-4">{formatAmount(row.now.context_cost)}</td>
                <td className="num pl-4 text-fg-2">
                  {row.excess_cost === null || row.excess_cost < 0 ? "–" : formatAmount(row.excess_cost)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
