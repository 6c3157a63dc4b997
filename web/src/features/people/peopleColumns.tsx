/** What lists of sessions and of users show alike: when, how it went, what it took. */

import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { OutcomeCounts, ScoreSummary, SessionRow, Usage, UserRow } from "@/api/types";
import { carried } from "@/domain/address";
import { tokenTotals } from "@/domain/cost";
import { formatCount, oneLine } from "@/domain/format";
import type { DataColumn } from "@/ui/dataTable";
import { Age, Cost } from "@/ui/values";
import { OutcomeShare, ScoreChips } from "./outcomeShare";

/** What a session and a user have in common. */
export interface People {
  last_time: string;
  usage: Usage;
  cost: number | null;
  scores: ScoreSummary[];
}

export const LAST_SEEN: DataColumn<People> = {
  id: "last",
  label: "Last seen",
  width: 84,
  align: "right",
  order: "last_time",
  cell: (row) => <Age time={row.last_time} />,
};

export const TOKENS: DataColumn<People> = {
  id: "tokens",
  label: "Tokens",
  width: 88,
  align: "right",
  order: "tokens",
  cell: (row) => formatCount(tokenTotals(row.usage).total),
};

export const COST: DataColumn<People> = {
  id: "cost",
  label: "Cost",
  unit: "$",
  width: 90,
  align: "right",
  order: "cost",
  cell: (row) => <Cost usd={row.cost} sign={false} />,
};

export const SCORES: DataColumn<People> = {
  id: "scores",
  label: "Scores",
  width: 190,
  cell: (row) => <ScoreChips scores={row.scores} />,
};

export const SESSION: DataColumn<SessionRow> = {
  id: "session",
  label: "Session",
  width: 220,
  grow: true,
  cell: (row) => <SessionLink id={row.session_id} className="recorded font-medium" />,
};

export const TURNS: DataColumn<SessionRow> = {
  id: "turns",
  label: "Turns",
  width: 64,
  align: "right",
  order: "trace_count",
  cell: (row) => formatCount(row.turn_count),
};

export const SESSION_OUTCOMES: DataColumn<SessionRow> = {
  id: "outcomes",
  label: "Outcomes",
  width: 150,
  cell: (row) => <OutcomeShare outcomes={row.outcomes} />,
};

export function outcomesOf(user: UserRow): OutcomeCounts {
  return {
    success: Math.max(0, user.trace_count - user.error_count - user.refused_count),
    error: user.error_count,
    refused: user.refused_count,
  };
}

export function SessionLink({ id, most = 120, className }: { id: string; most?: number; className?: string }) {
  return (
    <Link
      to="/sessions/$sessionId"
      params={{ sessionId: id }}
      search={(old) => carried(old)}
      className={className}
      title={id}
    >
      {oneLine(id, most)}
    </Link>
  );
}

export function UserLink({ id, most = 120, className }: { id: string; most?: number; className?: string }) {
  return (
    <Link to="/users/$userId" params={{ userId: id }} search={(old) => carried(old)} className={className} title={id}>
      {oneLine(id, most)}
    </Link>
  );
}

/** A row of a narrow screen: a name and an age, then a line of facts. */
export function PeopleCard({
  row,
  name,
  facts,
  outcomes,
}: {
  row: People;
  name: ReactNode;
  facts: ReactNode;
  outcomes: OutcomeCounts;
}) {
  return (
    <div className="flex h-full flex-col justify-center gap-0.5">
      <div className="flex items-baseline gap-2">
        {name}
        <span className="text-fg-2">
          <Age time={row.last_time} />
        </span>
      </div>
      <div className="flex items-center gap-3 text-fg-3">
        {facts}
        <Cost usd={row.cost} />
        <span className="w-20">
          <OutcomeShare outcomes={outcomes} />
        </span>
      </div>
    </div>
  );
}
