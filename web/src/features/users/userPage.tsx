/** One user: which version ran for them, when, and what it said; their sessions, cost and scores. */

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { ChevronRight, Users } from "lucide-react";
import { ApiProblem } from "@/api/client";
import { sessionsQuery, userQuery } from "@/api/people";
import { tracesQuery } from "@/api/traces";
import type { SessionRow, TraceRow, UserRow } from "@/api/types";
import { carried, type PageSearch, rangeOf } from "@/domain/address";
import { tokenTotals } from "@/domain/cost";
import { quote, withEnvironment } from "@/domain/filterText";
import { formatCount, formatDuration, oneLine } from "@/domain/format";
import { PageHeader } from "@/features/frame/pageHeader";
import { OutcomeShare, ScoreChips } from "@/features/people/outcomeShare";
import { COST, LAST_SEEN, outcomesOf, SCORES, SESSION, SESSION_OUTCOMES, TURNS } from "@/features/people/peopleColumns";
import { Histogram } from "@/features/traces/histogram";
import { useAddress } from "@/ui/address";
import { CopyButton, Segments, Stat } from "@/ui/controls";
import { type DataColumn, DataTable } from "@/ui/dataTable";
import { Icon, OutcomeIcon } from "@/ui/icons";
import { ListStates } from "@/ui/listPage";
import { usePreference } from "@/ui/preferences";
import { Empty, Problem, SkeletonRows, useLate } from "@/ui/states";
import { usePages } from "@/ui/usePages";
import { Age, Cost } from "@/ui/values";

const TABS = [
  { value: "history", label: "History" },
  { value: "sessions", label: "Sessions" },
] as const;
type Tab = (typeof TABS)[number]["value"];

export default function UserPage() {
  const { userId = "" } = useParams({ strict: false });
  const [search, patch] = useAddress();
  const query = useQuery(userQuery(userId));
  const user = query.data?.user_id === userId ? query.data : undefined;
  const waiting = useLate(!user && !query.error);
  const tab = (TABS.find((each) => each.value === search.tab)?.value ?? "history") as Tab;
  const { from, to } = rangeOf(search);
  const { filter } = withEnvironment(`user:${quote(userId)}`, search.env ?? "");
  return (
    <>
      <PageHeader
        title={`User ${oneLine(userId, 40)}`}
        crumbs={
          <div className="flex min-w-0 items-center gap-1.5 whitespace-nowrap">
            <Link to="/users" search={(old) => carried(old)} className="text-fg-2 hover:text-fg max-wide:hidden">
              Users
            </Link>
            <Icon icon={ChevronRight} size={12} className="text-fg-3 max-wide:hidden" />
            <b className="recorded cut font-semibold">{oneLine(userId, 60)}</b>
            <CopyButton text={userId} label="Copy the user id" />
          </div>
        }
      />
      {query.error && !user && <NoUser error={query.error} onRetry={() => void query.refetch()} />}
      {waiting && <SkeletonRows />}
      {user && (
        <>
          <UserFacts user={user} />
          <Histogram
            query={{ filter, from, to }}
            range={{ from, to }}
            onBrush={(range) => patch({ from: range.from, to: range.to })}
          />
          <div className="flex h-11 shrink-0 items-center border-y border-line px-4">
            <Segments
              label="What is listed"
              value={tab}
              options={TABS}
              onChange={(value) => patch({ tab: value === "history" ? null : value }, { replace: true })}
            />
          </div>
          {tab === "history" ? <History query={{ filter, from, to }} /> : <UserSessions query={{ filter, from, to }} />}
        </>
      )}
    </>
  );
}

function NoUser({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  if (error instanceof ApiProblem && error.status === 404) {
    return (
      <Empty icon={Users} title="There is no such user here">
        No span that this project keeps names them.
      </Empty>
    );
  }
  return <Problem error={error} what="The user" onRetry={onRetry} />;
}

function UserFacts({ user }: { user: UserRow }) {
  return (
    <dl className="flex shrink-0 items-center gap-6 overflow-x-auto border-b border-line px-4 py-2.5">
      <Stat label="Last seen">
        <Age time={user.last_time} ago />
      </Stat>
      <Stat label="First seen">
        <Age time={user.first_time} ago />
      </Stat>
      {user.user_tier && <Stat label="Tier">{user.user_tier}</Stat>}
      <Stat label="Traces">{formatCount(user.trace_count)}</Stat>
      <Stat label="Sessions">{formatCount(user.session_count)}</Stat>
      <Stat label="Outcomes">
        <OutcomeShare outcomes={outcomesOf(user)} />
      </Stat>
      <Stat label="Tokens">{formatCount(tokenTotals(user.usage).total)}</Stat>
      <Stat label="Cost">
        <Cost usd={user.cost} />
      </Stat>
      {user.features.length > 0 && <Stat label="Features">{user.features.join(", ")}</Stat>}
      {user.scores.length > 0 && (
        <Stat label="Scores">
          <ScoreChips scores={user.scores} most={4} />
        </Stat>
      )}
    </dl>
  );
}

interface Scoped {
  query: { filter: string; from: string; to: string };
}

const traceId = (row: TraceRow) => row.trace_id;

const HISTORY: readonly DataColumn<TraceRow>[] = [
  { id: "when", label: "When", width: 64, align: "right", cell: (row) => <Age time={row.start_time} /> },
  { id: "outcome", label: "", width: 26, cell: (row) => <OutcomeIcon outcome={row.outcome} /> },
  {
    id: "asked",
    label: "What was asked",
    width: 260,
    grow: true,
    cell: (row) => (
      <Link
        to="/traces/$traceId"
        params={{ traceId: row.trace_id }}
        search={(old) => carried(old)}
        className="recorded"
      >
        {oneLine(row.input_preview) || row.name}
      </Link>
    ),
  },
  {
    id: "said",
    label: "What it said",
    width: 320,
    grow: true,
    cell: (row) => <span className="recorded text-fg-2">{oneLine(row.output_preview)}</span>,
  },
  {
    id: "prompt",
    label: "Prompt version",
    width: 150,
    cell: (row) => (
      <span className="text-fg-2">
        {row.prompts.map((prompt) => `${prompt.name} @ ${prompt.version}`).join(", ") || (
          <span className="mono-s">{row.fingerprints[0]?.slice(0, 8)}</span>
        )}
      </span>
    ),
  },
  { id: "model", label: "Model", width: 140, cell: (row) => <span className="text-fg-2">{row.models[0]}</span> },
  { id: "release", label: "Release", width: 80, cell: (row) => <span className="text-fg-2">{row.release}</span> },
  { id: "duration", label: "Duration", width: 80, align: "right", cell: (row) => formatDuration(row.duration) },
  {
    id: "cost",
    label: "Cost",
    unit: "$",
    width: 84,
    align: "right",
    cell: (row) => <Cost usd={row.cost} unpriced={row.unpriced_count} sign={false} />,
  },
  { id: "scores", label: "Scores", width: 180, cell: (row) => <ScoreChips scores={row.scores} /> },
];

function History({ query }: Scoped) {
  const navigate = useNavigate();
  const [density] = usePreference("density");
  const list = useInfiniteQuery(tracesQuery({ ...query, order: "-start_time" }));
  const { rows, onNearEnd } = usePages(list);
  return (
    <ListStates
      query={list}
      what="The history"
      count={rows.length}
      empty={
        <Empty icon={Users} title="Nothing in this time range">
          Widen the time in the header to see earlier traces.
        </Empty>
      }
    >
      <DataTable
        label="History"
        storageKey="history"
        rows={rows}
        columns={HISTORY}
        getId={traceId}
        density={density}
        onOpen={(row) =>
          void navigate({
            to: "/traces/$traceId",
            params: { traceId: row.trace_id },
            search: (old: PageSearch) => carried(old),
          } as never)
        }
        onNearEnd={onNearEnd}
      />
    </ListStates>
  );
}

const sessionId = (row: SessionRow) => row.session_id;

// Sorted by time only: a list within a page does not put its order into the address.
const SESSIONS = [LAST_SEEN, SESSION, TURNS, SESSION_OUTCOMES, COST, SCORES].map(
  (column): DataColumn<SessionRow> => ({ ...column, order: undefined }),
);

function UserSessions({ query }: Scoped) {
  const navigate = useNavigate();
  const [density] = usePreference("density");
  const list = useInfiniteQuery(sessionsQuery({ ...query, order: "-last_time" }));
  const { rows, onNearEnd } = usePages(list);
  return (
    <ListStates
      query={list}
      what="The sessions"
      count={rows.length}
      empty={<Empty icon={Users} title="No session in this time range" />}
    >
      <DataTable
        label="Sessions of the user"
        storageKey="user-sessions"
        rows={rows}
        columns={SESSIONS}
        getId={sessionId}
        density={density}
        onOpen={(row) =>
          void navigate({
            to: "/sessions/$sessionId",
            params: { sessionId: row.session_id },
            search: (old: PageSearch) => carried(old),
          } as never)
        }
        onNearEnd={onNearEnd}
      />
    </ListStates>
  );
}
