/** A conversation, turn by turn, as it was; and under it how its turns fared. Readable without knowing what a span is. */

import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ChevronRight, MessagesSquare } from "lucide-react";
import { ApiProblem } from "@/api/client";
import { sessionQuery } from "@/api/people";
import type { SessionDetail, Turn } from "@/api/types";
import { carried } from "@/domain/address";
import { tokenTotals } from "@/domain/cost";
import { formatCount, formatDuration, oneLine, parseTime } from "@/domain/format";
import { asText } from "@/domain/json";
import { PageHeader } from "@/features/frame/pageHeader";
import { OutcomeShare, ScoreChips } from "@/features/people/outcomeShare";
import { UserLink } from "@/features/people/peopleColumns";
import { useAddress } from "@/ui/address";
import { cx } from "@/ui/classes";
import { CopyButton, Segments, Stat } from "@/ui/controls";
import { Icon, OutcomeIcon } from "@/ui/icons";
import { Empty, Problem, SkeletonRows, StaleNotice, useLate } from "@/ui/states";
import { TextBlock } from "@/ui/text";
import { Age, Clock, Cost } from "@/ui/values";
import { TurnChart } from "./turnChart";

const MODES = [
  { value: "plain", label: "Conversation" },
  { value: "details", label: "With details" },
] as const;
type Mode = (typeof MODES)[number]["value"];

export default function SessionPage() {
  const { sessionId = "" } = useParams({ strict: false });
  const query = useQuery(sessionQuery(sessionId));
  const session = query.data?.session_id === sessionId ? query.data : undefined;
  const waiting = useLate(!session && !query.error);
  const [search, patch] = useAddress();
  const mode: Mode = search.view === "plain" ? "plain" : "details";
  return (
    <>
      <PageHeader
        title={`Session ${oneLine(sessionId, 40)}`}
        timeless
        crumbs={
          <div className="flex min-w-0 items-center gap-1.5 whitespace-nowrap">
            <Link to="/sessions" search={(old) => carried(old)} className="text-fg-2 hover:text-fg max-wide:hidden">
              Sessions
            </Link>
            <Icon icon={ChevronRight} size={12} className="text-fg-3 max-wide:hidden" />
            <b className="recorded cut font-semibold">{oneLine(sessionId, 60)}</b>
            <CopyButton text={sessionId} label="Copy the session id" />
          </div>
        }
      />
      {query.error && !session && <NoSession error={query.error} onRetry={() => void query.refetch()} />}
      {waiting && <SkeletonRows />}
      {session && (
        <>
          <StaleNotice error={query.error} onRetry={() => void query.refetch()} />
          <SessionFacts session={session} />
          <div tabIndex={0} role="region" aria-label="Conversation" className="min-h-0 flex-1 overflow-y-auto">
            <div className="mx-auto flex w-full max-w-[960px] flex-col gap-4 px-4 py-4">
              <div className="flex items-center gap-2">
                <Segments
                  label="How much is shown"
                  value={mode}
                  options={MODES}
                  onChange={(value) => patch({ view: value === "plain" ? value : null }, { replace: true })}
                />
              </div>
              {mode === "details" && session.turns.length > 1 && <TurnChart turns={session.turns} />}
              {session.turns.map((turn, index) => (
                <TurnView
                  key={turn.trace_id}
                  turn={turn}
                  number={index + 1}
                  previous={session.turns[index - 1]}
                  details={mode === "details"}
                />
              ))}
            </div>
          </div>
        </>
      )}
    </>
  );
}

function NoSession({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  if (error instanceof ApiProblem && error.status === 404) {
    return (
      <Empty icon={MessagesSquare} title="There is no such session here">
        It may belong to another project, or be older than what this project keeps.
      </Empty>
    );
  }
  return <Problem error={error} what="The session" onRetry={onRetry} />;
}

function SessionFacts({ session }: { session: SessionDetail }) {
  return (
    <dl className="flex shrink-0 items-center gap-6 overflow-x-auto border-b border-line px-4 py-2.5">
      <Stat label="Began">
        <Clock time={session.first_time} clock="minute" />{" "}
        <span className="font-normal text-fg-3">
          <Age time={session.first_time} ago />
        </span>
      </Stat>
      <Stat label="From first to last">
        {formatDuration(parseTime(session.last_time) - parseTime(session.first_time))}
      </Stat>
      <Stat label="Turns">{formatCount(session.turn_count)}</Stat>
      <Stat label="Outcomes">
        <OutcomeShare outcomes={session.outcomes} />
      </Stat>
      <Stat label="Tokens">{formatCount(tokenTotals(session.usage).total)}</Stat>
      <Stat label="Cost">
        <Cost usd={session.cost} />
      </Stat>
      {session.user_ids.length > 0 && (
        <Stat label={session.user_ids.length > 1 ? "Users" : "User"}>
          {session.user_ids.slice(0, 3).map((user) => (
            <UserLink key={user} id={user} most={40} className="link mr-2" />
          ))}
        </Stat>
      )}
      <Stat label="Models">{session.models.join(", ") || "–"}</Stat>
      {session.scores.length > 0 && (
        <Stat label="Scores">
          <ScoreChips scores={session.scores} most={4} />
        </Stat>
      )}
    </dl>
  );
}

function TurnView({
  turn,
  number,
  previous,
  details,
}: {
  turn: Turn;
  number: number;
  previous: Turn | undefined;
  details: boolean;
}) {
  const pause = previous
    ? parseTime(turn.start_time) - parseTime(previous.start_time) - (previous.duration ?? 0)
    : null;
  return (
    <article aria-label={`Turn ${number}`} id={`turn-${number}`}>
      {pause !== null && pause > 60_000 && (
        <p className="mb-4 text-center text-micro text-fg-3">{formatDuration(pause)} later</p>
      )}
      {details && (
        <header className="mb-1 flex flex-wrap items-center gap-x-3 text-label text-fg-3">
          <OutcomeIcon outcome={turn.outcome} />
          <b className="font-semibold text-fg">Turn {number}</b>
          <Clock time={turn.start_time} />
          <span>{formatDuration(turn.duration)}</span>
          <Cost usd={turn.cost} />
          <span className="cut">{turn.model}</span>
          {turn.prompt && <span className="cut">{turn.prompt}</span>}
          <ScoreChips scores={turn.scores} most={3} />
          <span className="flex-1" />
          <Link
            className="link"
            to="/traces/$traceId"
            params={{ traceId: turn.trace_id }}
            search={(old) => carried(old)}
          >
            Open the trace
          </Link>
        </header>
      )}
      <Bubble side="user" text={asText(turn.input)} label="User" />
      <Bubble
        side="assistant"
        text={asText(turn.output)}
        label={turn.outcome === "error" && !turn.output ? "No answer: the turn failed" : "Assistant"}
        failed={turn.outcome !== "success"}
      />
    </article>
  );
}

function Bubble({
  side,
  text,
  label,
  failed = false,
}: {
  side: "user" | "assistant";
  text: string;
  label: string;
  failed?: boolean;
}) {
  return (
    <div className={cx("mt-2 flex", side === "user" ? "justify-end" : "justify-start")}>
      <div
        className={cx(
          "max-w-[85%] min-w-0 rounded-float px-3 py-2",
          side === "user" ? "bg-inset" : "border border-line",
          failed && side === "assistant" && "border-error-line",
        )}
      >
        <div className="text-micro font-medium text-fg-3">{label}</div>
        {text && <TextBlock text={text} />}
      </div>
    </div>
  );
}
