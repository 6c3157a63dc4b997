/** The list of users: who uses it, how much, and how it goes for them. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Users } from "lucide-react";
import { usersQuery } from "@/api/people";
import type { UserRow } from "@/api/types";
import { carried } from "@/domain/address";
import { formatCount } from "@/domain/format";
import { OutcomeShare } from "@/features/people/outcomeShare";
import { COST, LAST_SEEN, outcomesOf, PeopleCard, SCORES, TOKENS, UserLink } from "@/features/people/peopleColumns";
import { NEWEST_FIRST, PeopleList } from "@/features/people/peopleList";
import { listQueryOf, useAddress } from "@/ui/address";
import type { DataColumn } from "@/ui/dataTable";
import { Empty } from "@/ui/states";
import { Age } from "@/ui/values";

const COLUMNS: readonly DataColumn<UserRow>[] = [
  LAST_SEEN,
  {
    id: "user",
    label: "User",
    width: 200,
    grow: true,
    cell: (row) => <UserLink id={row.user_id} className="recorded font-medium" />,
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
  TOKENS,
  COST,
  {
    id: "features",
    label: "Features",
    width: 200,
    cell: (row) => <span className="text-fg-2">{row.features.join(", ")}</span>,
  },
  SCORES,
  {
    id: "first",
    label: "First seen",
    width: 84,
    align: "right",
    cell: (row) => <Age time={row.first_time} />,
  },
];

export default function UsersPage() {
  const [search] = useAddress();
  const navigate = useNavigate();
  const { offset, ...query } = listQueryOf(search);
  const list = useInfiniteQuery(usersQuery({ ...query, order: search.order ?? NEWEST_FIRST }));
  return (
    <PeopleList
      title="Users"
      page="users"
      list={list}
      offset={offset}
      placeholder="Filter users by what they did: feature:search cost>1"
      columns={COLUMNS}
      getId={(row) => row.user_id}
      onOpen={(row) =>
        void navigate({ to: "/users/$userId", params: { userId: row.user_id }, search: carried(search) } as never)
      }
      card={(row) => (
        <PeopleCard
          row={row}
          name={<UserLink id={row.user_id} most={80} className="recorded cut flex-1 text-body" />}
          outcomes={outcomesOf(row)}
          facts={<span className="flex-1">{formatCount(row.trace_count)} traces</span>}
        />
      )}
      empty={
        <Empty icon={Users} title="No users in this time range">
          Send <code className="mono">user.id</code> with your spans, and this page shows who asked what, which version
          answered, and what it cost.
        </Empty>
      }
    />
  );
}
