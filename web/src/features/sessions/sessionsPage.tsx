/** The list of sessions, and what can be said of them together. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { MessagesSquare } from "lucide-react";
import { useCallback, useMemo } from "react";
import { sessionsQuery } from "@/api/people";
import type { SessionRow } from "@/api/types";
import { carried } from "@/domain/address";
import { tokenTotals } from "@/domain/cost";
import { formatCount, formatDuration, oneLine } from "@/domain/format";
import { PageHeader } from "@/features/frame/pageHeader";
import { FilterBar } from "@/features/traces/filterBar";
import { DensityButton } from "@/features/traces/toolbar";
import { ViewsMenu } from "@/features/traces/viewsMenu";
import { listQueryOf, useAddress } from "@/ui/address";
import { type DataColumn, DataTable } from "@/ui/dataTable";
import { useKept } from "@/ui/hooks";
import { ListStates } from "@/ui/listPage";
import { usePreference } from "@/ui/preferences";
import { Empty } from "@/ui/states";
import { Age, Cost } from "@/ui/values";
import { OutcomeShare, ScoreChips } from "./outcomeShare";
import { SessionAnalytics } from "./sessionAnalytics";

const NONE: SessionRow[] = [];
const idOf = (row: SessionRow) => row.session_id;

const COLUMNS: readonly DataColumn<SessionRow>[] = [
  {
    id: "last",
    label: "Last seen",
    width: 84,
    align: "right",
    order: "last_time",
    cell: (row) => <Age time={row.last_time} />,
  },
  {
    id: "session",
    label: "Session",
    width: 220,
    grow: true,
    cell: (row) => (
      <Link
        to="/sessions/$sessionId"
        params={{ sessionId: row.session_id }}
        search={(old) => carried(old)}
        className="recorded font-medium"
      >
        {oneLine(row.session_id, 120)}
      </Link>
    ),
  },
  {
    id: "users",
    label: "User",
    width: 150,
    cell: (row) => <span className="mono-s text-fg-2">{row.user_ids.join(", ")}</span>,
  },
  {
    id: "turns",
    label: "Turns",
    width: 64,
    align: "right",
    order: "trace_count",
    cell: (row) => formatCount(row.turn_count),
  },
  { id: "outcomes", label: "Outcomes", width: 150, cell: (row) => <OutcomeShare outcomes={row.outcomes} /> },
  {
    id: "duration",
    label: "Time in calls",
    width: 100,
    align: "right",

    cell: (row) => formatDuration(row.duration),
  },
  {
    id: "tokens",
    label: "Tokens",
    width: 84,
    align: "right",
    order: "tokens",
    cell: (row) => formatCount(tokenTotals(row.usage).total),
  },
  {
    id: "cost",
    label: "Cost",
    unit: "$",
    width: 90,
    align: "right",
    order: "cost",
    cell: (row) => <Cost usd={row.cost} sign={false} />,
  },
  {
    id: "models",
    label: "Models",
    width: 160,
    cell: (row) => <span className="text-fg-2">{row.models.join(", ")}</span>,
  },
  { id: "scores", label: "Scores", width: 190, cell: (row) => <ScoreChips scores={row.scores} /> },
];

export default function SessionsPage() {
  const [search, patch] = useAddress();
  const navigate = useNavigate();
  const [density] = usePreference("density");
  const { offset, ...query } = listQueryOf(search);
  const order = search.order ?? "-last_time";
  const list = useInfiniteQuery(sessionsQuery({ ...query, order }));
  const data = useKept(list.data);
  const rows = useMemo(() => data?.pages.flatMap((page) => page.data) ?? NONE, [data]);
  const setFilter = useCallback(
    (text: string, how: { done: boolean }) => patch({ filter: text.trim() || null }, { replace: !how.done }),
    [patch],
  );
  return (
    <>
      <PageHeader title="Sessions" beside={<ViewsMenu page="sessions" />} />
      <div className="flex h-12 shrink-0 items-center gap-2 border-b border-line px-3 wide:px-4">
        <FilterBar
          value={search.filter ?? ""}
          onChange={setFilter}
          error={list.error}
          offset={offset}
          placeholder="Filter sessions by what is in them: user:ann outcome:error"
        />
        <DensityButton />
      </div>
      {rows.length > 0 && <SessionAnalytics rows={rows} complete={!list.hasNextPage} />}
      <ListStates
        query={list}
        what="The sessions"
        count={rows.length}
        empty={
          <Empty icon={MessagesSquare} title="No sessions in this time range">
            A session joins the turns of one conversation. Send <code className="mono">session.id</code> with your
            spans, or use <code className="mono">pellucid.context(session_id=…)</code>.
          </Empty>
        }
      >
        <DataTable
          label="Sessions"
          storageKey="sessions"
          rows={rows}
          columns={COLUMNS}
          getId={idOf}
          order={order}
          onOrder={(next) => patch({ order: next === "-last_time" ? null : next }, { replace: true })}
          onOpen={(row) =>
            void navigate({
              to: "/sessions/$sessionId",
              params: { sessionId: row.session_id },
              search: carried(search),
            } as never)
          }
          card={(row) => <SessionCard row={row} />}
          density={density}
          onNearEnd={list.hasNextPage && !list.isFetchingNextPage ? () => void list.fetchNextPage() : undefined}
        />
      </ListStates>
    </>
  );
}

function SessionCard({ row }: { row: SessionRow }) {
  return (
    <div className="flex h-full flex-col justify-center gap-0.5">
      <div className="flex items-baseline gap-2">
        <Link
          to="/sessions/$sessionId"
          params={{ sessionId: row.session_id }}
          search={(old) => carried(old)}
          className="recorded cut flex-1 text-body"
        >
          {oneLine(row.session_id, 80)}
        </Link>
        <span className="text-fg-2">
          <Age time={row.last_time} />
        </span>
      </div>
      <div className="flex items-center gap-3 text-fg-3">
        <span>{formatCount(row.turn_count)} turns</span>
        <span className="cut flex-1">{row.user_ids.join(", ")}</span>
        <Cost usd={row.cost} />
        <span className="w-20">
          <OutcomeShare outcomes={row.outcomes} />
        </span>
      </div>
    </div>
  );
}
