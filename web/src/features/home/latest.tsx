/** What to look at now: the latest traces that failed, were refused, or were judged badly. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { fewTracesQuery } from "@/api/traces";
import type { TraceRow } from "@/api/types";
import { carried, type PageSearch } from "@/domain/address";
import { oneLine } from "@/domain/format";
import { ScoreChips } from "@/features/people/outcomeShare";
import { OutcomeIcon } from "@/ui/icons";
import { Age } from "@/ui/values";
import { Panel } from "./panel";
import type { HomeState } from "./useHome";

const SHOWN = 8;

export function Latest({ home }: { home: HomeState }) {
  const score = home.names[0];
  const lowly = score ? `score.${/^[\w.-]+$/.test(score) ? score : JSON.stringify(score)}<0.5` : "";
  return (
    <div className="mx-auto grid max-w-[1560px] border-t border-line broad:grid-cols-2">
      <List
        title="Failed and refused, latest"
        filter="is_root:true outcome:(error, refused)"
        home={home}
        className="broad:border-r broad:pr-6"
      />
      {score && <List title={`Low ${score}, latest`} filter={lowly} home={home} score={score} className="broad:pl-6" />}
    </div>
  );
}

function List({
  title,
  filter,
  home,
  score,
  className,
}: {
  title: string;
  filter: string;
  home: HomeState;
  /** The score that the list is about; any where it is about none. */
  score?: string;
  className: string;
}) {
  const { scope, search } = home;
  const { data } = useQuery(
    fewTracesQuery(
      { ...scope, filter: scope.filter ? `${scope.filter} ${filter}` : filter, order: "-start_time" },
      SHOWN,
    ),
  );
  const rows = data?.data ?? [];
  return (
    <Panel
      question={title}
      className={className}
      note={
        <Link to="/traces" search={{ ...carried(search), filter }} className="link">
          all
        </Link>
      }
    >
      {rows.length === 0 && data && <p className="text-label text-fg-2">None in this time range.</p>}
      <ul>
        {rows.map((row) => (
          <LatestRow key={row.trace_id} row={row} score={score} search={search} />
        ))}
      </ul>
    </Panel>
  );
}

function LatestRow({ row, score, search }: { row: TraceRow; score?: string; search: PageSearch }) {
  const scores = score ? row.scores.filter(({ name }) => name === score) : row.scores;
  return (
    <li>
      <Link
        to="/traces/$traceId"
        params={{ traceId: row.trace_id }}
        search={carried(search)}
        className="grid h-8 grid-cols-[44px_16px_minmax(0,1fr)_minmax(0,1fr)_auto] items-center gap-2 border-b border-grid text-label hover:bg-hover max-wide:grid-cols-[44px_16px_minmax(0,1fr)_auto]"
      >
        <span className="num text-fg-3">
          <Age time={row.start_time} />
        </span>
        <OutcomeIcon outcome={row.outcome} size={13} />
        <span className="recorded cut">{oneLine(row.input_preview) || row.name}</span>
        <span className="recorded cut text-fg-3 max-wide:hidden">{oneLine(row.output_preview)}</span>
        <ScoreChips scores={scores} most={1} />
      </Link>
    </li>
  );
}
