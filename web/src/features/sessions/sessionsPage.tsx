/** The list of sessions, and what can be said of them together. */

import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { MessagesSquare } from "lucide-react";
import { sessionsQuery } from "@/api/people";
import type { SessionRow } from "@/api/types";
import { carried } from "@/domain/address";
import { formatCount, formatDuration } from "@/domain/format";
import {
  COST,
  LAST_SEEN,
  PeopleCard,
  SCORES,
  SESSION,
  SESSION_OUTCOMES,
  SessionLink,
  TOKENS,
  TURNS,
} from "@/features/people/peopleColumns";
import { NEWEST_FIRST, PeopleList } from "@/features/people/peopleList";
import { listQueryOf, useAddress } from "@/ui/address";
import type { DataColumn } from "@/ui/dataTable";
import { Empty } from "@/ui/states";
import { SessionAnalytics } from "./sessionAnalytics";

const COLUMNS: readonly DataColumn<SessionRow>[] = [
  LAST_SEEN,
  SESSION,
  {
    id: "users",
    label: "User",
    width: 150,
    cell: (row) => <span className="mono-s text-fg-2">{row.user_ids.join(", ")}</span>,
  },
  TURNS,
  SESSION_OUTCOMES,
  { id: "duration", label: "Lasted", width: 92, align: "right", cell: (row) => formatDuration(row.duration) },
  TOKENS,
  COST,
  {
    id: "models",
    label: "Models",
    width: 160,
    cell: (row) => <span className="text-fg-2">{row.models.join(", ")}</span>,
  },
  SCORES,
];

export default function SessionsPage() {
  const [search] = useAddress();
  const navigate = useNavigate();
  const { offset, ...query } = listQueryOf(search);
  const list = useInfiniteQuery(sessionsQuery({ ...query, order: search.order ?? NEWEST_FIRST }));
  return (
    <PeopleList
      title="Sessions"
      page="sessions"
      list={list}
      offset={offset}
      placeholder="Filter sessions by what is in them: user:ann outcome:error"
      columns={COLUMNS}
      getId={(row) => row.session_id}
      onOpen={(row) =>
        void navigate({
          to: "/sessions/$sessionId",
          params: { sessionId: row.session_id },
          search: carried(search),
        } as never)
      }
      card={(row) => (
        <PeopleCard
          row={row}
          name={<SessionLink id={row.session_id} most={80} className="recorded cut flex-1 text-body" />}
          outcomes={row.outcomes}
          facts={
            <>
              <span>{formatCount(row.turn_count)} turns</span>
              <span className="cut flex-1">{row.user_ids.join(", ")}</span>
            </>
          }
        />
      )}
      empty={
        <Empty icon={MessagesSquare} title="No sessions in this time range">
          A session joins the turns of one conversation. Send <code className="mono">session.id</code> with your spans,
          or use <code className="mono">pellucid.context(session_id=…)</code>.
        </Empty>
      }
      above={<SessionAnalytics query={query} enabled={!list.isFetching} />}
    />
  );
}
