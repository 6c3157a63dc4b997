/** A trace in a list on a narrow screen. */

import { Link } from "@tanstack/react-router";
import type { TraceRow } from "@/api/types";
import { formatDuration, oneLine, plural } from "@/domain/format";
import { OutcomeIcon } from "@/ui/icons";
import { Age, Cost } from "@/ui/values";
import { ScoreSummaryValue } from "./columns";

/** The row on a narrow screen: what was asked, then the facts that one looks for first. */
export function TraceCard({ row }: { row: TraceRow }) {
  const score = row.scores[0];
  return (
    <div className="flex h-full items-start gap-2 py-2.5">
      <span className="pt-0.5">
        <OutcomeIcon outcome={row.outcome} />
      </span>
      <div className="min-w-0 flex-1">
        <div className="flex items-baseline gap-2">
          <Link
            to="/traces/$traceId"
            params={{ traceId: row.trace_id }}
            search={(old) => old}
            className="recorded cut flex-1 text-body"
          >
            {oneLine(row.input_preview) || oneLine(row.name) || "no name"}
          </Link>
          <span className="num text-fg-2">
            <Age time={row.start_time} />
          </span>
        </div>
        <div className="flex gap-2 text-fg-2">
          <span className="recorded cut flex-1 text-fg-3">
            {oneLine(row.name)}
            {row.error_count > 0 && <span className="text-error"> · {plural(row.error_count, "error")}</span>}
          </span>
          <span className="num">{formatDuration(row.duration)}</span>
          <span className="num">
            <Cost usd={row.cost} unpriced={row.unpriced_count} />
          </span>
          {score && (
            <span className="num">
              <ScoreSummaryValue score={score} />
            </span>
          )}
        </div>
      </div>
    </div>
  );
}
