/** One run: how far it is, what it found, and what became of each item. */

import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { type Run, runQuery } from "@/api/runs";
import { carried } from "@/domain/address";
import { formatCount, formatMoney, oneLine } from "@/domain/format";
import { columnName, stopText } from "@/domain/runs";
import { PageHeader } from "@/features/frame/pageHeader";
import { Stat } from "@/ui/controls";
import { Icon } from "@/ui/icons";
import { Problem, SkeletonRows, useLate } from "@/ui/states";
import { Age, Cost } from "@/ui/values";
import { MeansTable } from "./meansTable";
import { MeasureTable } from "./measureTable";
import { ProgressBar, StateBadge } from "./progress";
import { RunActions } from "./runActions";
import { RunItems } from "./runItems";

export default function RunPage() {
  const { runId = "" } = useParams({ strict: false });
  const query = useQuery(runQuery(runId));
  const waiting = useLate(query.isPending);
  const run = query.data;
  const title = oneLine(run?.title ?? "Run", 80);
  return (
    <>
      <PageHeader
        title={title}
        timeless
        crumbs={
          <div className="flex min-w-0 items-center gap-1.5 whitespace-nowrap">
            <Link to="/runs" search={(old) => carried(old)} className="text-fg-2 hover:text-fg">
              Runs
            </Link>
            <Icon icon={ChevronRight} size={12} className="text-fg-3" />
            <b className="recorded cut font-semibold">{title}</b>
          </div>
        }
        actions={run && <RunActions run={run} />}
      />
      {query.error && !run && <Problem error={query.error} what="The run" onRetry={() => void query.refetch()} />}
      {waiting && <SkeletonRows />}
      {run && (
        <div className="flex min-h-0 flex-1 flex-col">
          <Facts run={run} />
          {run.error && (
            <p role="alert" className="recorded shrink-0 border-b border-line px-4 py-2 text-label text-error">
              {run.error}
            </p>
          )}
          <Result run={run} />
          <RunItems run={run} />
        </div>
      )}
    </>
  );
}

function Facts({ run }: { run: Run }) {
  return (
    <dl className="flex shrink-0 flex-wrap items-end gap-x-6 gap-y-2 border-b border-line px-4 py-2">
      <Stat label="State">
        <StateBadge state={run.state} />
      </Stat>
      <Stat label="Progress">
        <ProgressBar run={run} wide />
      </Stat>
      <Stat label="Failed">{formatCount(run.failed)}</Stat>
      <Stat label="Skipped">{formatCount(run.skipped)}</Stat>
      <Stat label="Model calls">{formatCount(run.calls)}</Stat>
      <Stat
        label="Interrupted calls"
        title="Calls that were under way when the run was stopped or the server ended. Only these may have been made twice."
      >
        {formatCount(run.interrupted)}
      </Stat>
      <Stat label={run.max_cost === null ? "Cost" : "Cost and budget"}>
        <Cost usd={run.cost} unpriced={run.unpriced} />
        {run.max_cost !== null && <span className="font-normal text-fg-3">of ${run.max_cost}</span>}
      </Stat>
      <Stat label="Started">
        <Age time={run.created_time} ago />
      </Stat>
    </dl>
  );
}

function Result({ run }: { run: Run }) {
  const { result } = run;
  if (!result) return null;
  return (
    <section
      aria-label="Result"
      className="flex max-h-[45%] shrink-0 flex-col gap-3 overflow-auto border-b border-line px-4 py-3"
    >
      {typeof result.before === "number" && typeof result.after === "number" && (
        <p className="text-label text-fg-2">
          {formatMoney(result.before)} became {formatMoney(result.after)}; {formatCount(Number(result.rows))} stored
          calls changed{result.swapped ? "" : ": not yet, some days failed"}.
        </p>
      )}
      {result.stops && (
        <p className="text-label text-fg-2">
          {Object.entries(result.stops)
            .map(([stop, count]) => `${formatCount(count)} ${stopText(stop)}`)
            .join(" · ")}
          {typeof result.agreement === "number" &&
            ` · ${(100 * result.agreement).toFixed(0)} % of words agree with the recorded answers (which says nothing about which are right)`}
        </p>
      )}
      {result.measures && result.measures.length > 0 && (
        <MeasureTable label="Replayed" baseline="Recorded" measures={result.measures} />
      )}
      {result.panes?.some((column) => column.means) && <MeansTable columns={result.panes} />}
      {result.panes
        ?.filter((column) => column.measures.length > 0 && column.pane !== (result.baseline ?? 0))
        .map((column) => (
          <MeasureTable
            key={column.pane}
            label={columnName(column.pane)}
            baseline={columnName(result.baseline ?? 0)}
            measures={column.measures}
          />
        ))}
    </section>
  );
}
