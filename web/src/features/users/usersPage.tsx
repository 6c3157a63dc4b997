/** The list of users: who uses it, how much, and how it goes for them. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Users } from "lucide-react";
import { useCallback, useMemo } from "react";
import { usersQuery } from "@/api/people";
import type { UserRow } from "@/api/types";
import { carried } from "@/domain/address";
import { tokenTotals } from "@/domain/cost";
import { formatCount, oneLine } from "@/domain/format";
import { PageHeader } from "@/features/frame/pageHeader";
import { OutcomeShare, ScoreChips } from "@/features/sessions/outcomeShare";
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

const NONE: UserRow[] = [];
const idOf = (row: UserRow) => row.user_id;

function outcomesOf(row: UserRow) {
  return {
    success: Math.max(0, row.trace_count - row.error_count - row.refused_count),
    error: row.error_count,
    refused: row.refused_count,
  };
}

const COLUMNS: readonly DataColumn<UserRow>[] = [
  {
    id: "last",
    label: "Last seen",
    width: 84,
    align: "right",
    order: "last_time",
    cell: (row) => <Age time={row.last_time} />,
  },
  {
    id: "user",
    label: "User",
    width: 200,
    grow: true,
    cell: (row) => (
      <Link
        to="/users/$userId"
        params={{ userId: row.user_id }}
        search={(old) => carried(old)}
        className="recorded font-medium"
      >
        {oneLine(row.user_id, 120)}
      </Link>
    ),
  },
  { id: "tier", label: "Tier", width: 100, cell: (row) => <span className="text-fg-2">{row.user_tier}</span> },
  {
    id: "traces",
    label: "Traces",
    width: 76,
    align: "right",
    order: "trace_count",
    cell: (row) => formatCount(row.trace_count),
  },
  {
    id: "sessions",
    label: "Sessions",
    width: 76,
    align: "right",
    cell: (row) => formatCount(row.session_count),
  },
  {
    id: "outcomes",
    label: "Outcomes",
    width: 160,
    order: "error_count",
    cell: (row) => <OutcomeShare outcomes={outcomesOf(row)} />,
  },
  {
    id: "tokens",
    label: "Tokens",
    width: 90,
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
    id: "features",
    label: "Features",
    width: 200,
    cell: (row) => <span className="text-fg-2">{row.features.join(", ")}</span>,
  },
  { id: "scores", label: "Scores", width: 190, cell: (row) => <ScoreChips scores={row.scores} /> },
  {
    id: "first",
    label: "First seen",
    width: 84,
    align: "right",
    cell: (row) => <Age time={row.first_time} />,
  },
];

export default function UsersPage() {
  const [search, patch] = useAddress();
  const navigate = useNavigate();
  const [density] = usePreference("density");
  const { offset, ...query } = listQueryOf(search);
  const order = search.order ?? "-last_time";
  const list = useInfiniteQuery(usersQuery({ ...query, order }));
  const data = useKept(list.data);
  const rows = useMemo(() => data?.pages.flatMap((page) => page.data) ?? NONE, [data]);
  const setFilter = useCallback(
    (text: string, how: { done: boolean }) => patch({ filter: text.trim() || null }, { replace: !how.done }),
    [patch],
  );
  return (
    <>
      <PageHeader title="Users" beside={<ViewsMenu page="users" />} />
      <div className="flex h-12 shrink-0 items-center gap-2 border-b border-line px-3 wide:px-4">
        <FilterBar
          value={search.filter ?? ""}
          onChange={setFilter}
          error={list.error}
          offset={offset}
          placeholder="Filter users by what they did: feature:search cost>1"
        />
        <DensityButton />
      </div>
      <ListStates
        query={list}
        what="The users"
        count={rows.length}
        empty={
          <Empty icon={Users} title="No users in this time range">
            Send <code className="mono">user.id</code> with your spans, and this page shows who asked what, which
            version answered, and what it cost.
          </Empty>
        }
      >
        <DataTable
          label="Users"
          storageKey="users"
          rows={rows}
          columns={COLUMNS}
          getId={idOf}
          order={order}
          onOrder={(next) => patch({ order: next === "-last_time" ? null : next }, { replace: true })}
          onOpen={(row) =>
            void navigate({ to: "/users/$userId", params: { userId: row.user_id }, search: carried(search) } as never)
          }
          card={(row) => <UserCard row={row} />}
          density={density}
          onNearEnd={list.hasNextPage && !list.isFetchingNextPage ? () => void list.fetchNextPage() : undefined}
        />
      </ListStates>
    </>
  );
}

function UserCard({ row }: { row: UserRow }) {
  return (
    <div className="flex h-full flex-col justify-center gap-0.5">
      <div className="flex items-baseline gap-2">
        <Link
          to="/users/$userId"
          params={{ userId: row.user_id }}
          search={(old) => carried(old)}
          className="recorded cut flex-1 text-body"
        >
          {oneLine(row.user_id, 80)}
        </Link>
        <span className="text-fg-2">
          <Age time={row.last_time} />
        </span>
      </div>
      <div className="flex items-center gap-3 text-fg-3">
        <span className="flex-1">{formatCount(row.trace_count)} traces</span>
        <Cost usd={row.cost} />
        <span className="w-20">
          <OutcomeShare outcomes={outcomesOf(row)} />
        </span>
      </div>
    </div>
  );
}
