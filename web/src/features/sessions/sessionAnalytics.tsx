/** All sessions of the range together: how many turns they have, what becomes of them at each, and where people leave. */

import { useQuery } from "@tanstack/react-query";
import { ChevronDown } from "lucide-react";
import { scoreNamesQuery } from "@/api/metrics";
import { conversationsQuery } from "@/api/people";
import type { ListQuery } from "@/api/traces";
import type { Conversations, Interval } from "@/api/types";
import { formatCount, formatDuration, formatMoney, formatScore, formatShare, oneLine, plural } from "@/domain/format";
import { useAddress } from "@/ui/address";
import { cx } from "@/ui/classes";
import { Select, Stat } from "@/ui/controls";
import { useKept } from "@/ui/hooks";
import { Icon } from "@/ui/icons";
import { StaleNotice } from "@/ui/states";

export function SessionAnalytics({ query, enabled }: { query: ListQuery; enabled: boolean }) {
  const [search, patch] = useAddress();
  const open = search.view === "turns";
  const names =
    useQuery({ ...scoreNamesQuery({ from: query.from, to: query.to }), enabled: enabled && open }).data ?? [];
  const score = open ? (names.find((name) => name === search.with) ?? names[0] ?? "") : "";
  const asked = useQuery({ ...conversationsQuery(query, score), enabled });
  const found = useKept(asked.data);
  return (
    <section aria-label="Sessions together" className="shrink-0 border-b border-line">
      <StaleNotice error={asked.error} onRetry={() => void asked.refetch()} />
      <div className="flex min-h-14 items-center gap-4 px-4">
        <div className="flex min-w-0 flex-1 items-center justify-between gap-8 overflow-x-auto py-2.5">
          {found && <Totals found={found} />}
          {found && <Lengths found={found} />}
        </div>
        <button
          type="button"
          aria-expanded={open}
          className="link flex items-center gap-1 rounded text-label whitespace-nowrap"
          onClick={() => patch({ view: open ? null : "turns", with: null }, { replace: true })}
        >
          By turn
          <Icon icon={ChevronDown} size={14} className={cx("transition-transform", open && "rotate-180")} />
        </button>
      </div>
      {open && found && (
        <div
          tabIndex={0}
          role="group"
          aria-label="By turn"
          className="max-h-[42vh] overflow-auto border-t border-grid px-4 pb-2"
        >
          {names.length > 0 && (
            <Select
              label="Score"
              className="my-2 max-w-56"
              value={score}
              options={names.map((name) => [name, oneLine(name, 60)] as const)}
              onChange={(name) => patch({ with: name }, { replace: true })}
            />
          )}
          <Turns found={found} score={score} />
        </div>
      )}
    </section>
  );
}

function Totals({ found }: { found: Conversations }) {
  return (
    <dl className="flex gap-6">
      <Stat label="Sessions">
        {formatCount(found.sessions)}
        {found.open > 0 && <span className="font-normal text-fg-3"> {formatCount(found.open)} may go on</span>}
      </Stat>
      <Stat label="Turns, median">
        {formatCount(found.turns.p50)} <Ninetieth text={formatCount(found.turns.p90)} />
      </Stat>
      <Stat label="Lasted, median">
        {formatDuration(found.duration.p50)} <Ninetieth text={formatDuration(found.duration.p90)} />
      </Stat>
      <Stat label="Cost, median">
        {formatMoney(found.cost.p50)} {found.cost.p90 !== null && <Ninetieth text={formatMoney(found.cost.p90)} />}
      </Stat>
      <Stat label="With an error or a refusal">
        <Share of={found.troubled} />
      </Stat>
      <Stat label="Left after one turn">
        <Share of={found.single} />
      </Stat>
    </dl>
  );
}

function Ninetieth({ text }: { text: string }) {
  return (
    <span className="font-normal text-fg-3" title="The ninetieth percentile">
      p90 {text}
    </span>
  );
}

/** A share with its interval and the cases behind it. */
function Share({ of }: { of: Interval | null }) {
  if (!of) return "–";
  return (
    <span title={`${plural(of.n, "session")}; 95 % interval`}>
      {formatShare(of.value, 1)}{" "}
      <span className="font-normal text-fg-3">
        {of.low === null || of.high === null ? "" : `${formatShare(of.low, 1)} … ${formatShare(of.high, 1)}`}
      </span>
    </span>
  );
}

function Lengths({ found }: { found: Conversations }) {
  const most = Math.max(1, ...found.lengths.map((bin) => bin.sessions));
  const last = found.lengths.at(-1)?.turns;
  return (
    <figure className="flex items-end gap-2 max-wide:hidden" aria-label="Sessions by number of turns">
      <figcaption className="pb-0.5 text-micro text-fg-3">by turns</figcaption>
      <div className="flex h-9 items-end gap-px">
        {found.lengths.map((bin) => {
          const name = bin.turns === last && bin.turns === LAST_TURN ? `${bin.turns}+` : String(bin.turns);
          return (
            <span
              key={bin.turns}
              className="flex w-4 flex-col items-center"
              title={`${name} turns: ${plural(bin.sessions, "session")}`}
            >
              <i className="w-full bg-mark" style={{ height: `${Math.max(2, (22 * bin.sessions) / most)}px` }} />
              <span className="text-[9px] leading-3 text-fg-3">{name}</span>
            </span>
          );
        })}
      </div>
    </figure>
  );
}

/** The server tells later turns together with this one. */
const LAST_TURN = 12;

function Turns({ found, score }: { found: Conversations; score: string }) {
  const first = Math.max(1, found.by_turn[0]?.reached ?? 0);
  return (
    <table className="w-full min-w-[720px] text-label">
      <thead className="text-left text-fg-3">
        <tr>
          <th className="py-1 pr-4 font-medium">Turn</th>
          <th className="py-1 font-medium">Reached by</th>
          <th className="py-1 pl-4 font-medium">Left here</th>
          <th className="py-1 pl-4 font-medium">Failed</th>
          <th className="py-1 pl-4 font-medium">Left after a failure</th>
          <th className="num py-1 font-medium">Duration, median</th>
          <th className="num py-1 font-medium">Cost, mean</th>
          {score && <th className="recorded cut max-w-40 py-1 pl-4 font-medium">{oneLine(score, 40)}, mean</th>}
        </tr>
      </thead>
      <tbody className="tabular-nums">
        {found.by_turn.map((turn) => (
          <tr key={turn.turn} className="h-7 border-t border-grid">
            <th scope="row" className="text-left font-medium">
              {turn.turn === LAST_TURN ? `${turn.turn}+` : turn.turn}
            </th>
            <td className="w-44">
              <span className="flex items-center gap-2">
                <i
                  aria-hidden="true"
                  className="h-2 bg-mark"
                  style={{ width: `${Math.max(1, (96 * turn.reached) / first)}px` }}
                />
                {formatCount(turn.reached)}
              </span>
            </td>
            <td className="pl-4">
              <Share of={turn.left} />
            </td>
            <td className="pl-4 text-fg-2">{formatCount(turn.failed)}</td>
            <td className="pl-4">
              <Share of={turn.left_after_failure} />
            </td>
            <td className="num">{formatDuration(turn.duration_p50)}</td>
            <td className="num">{formatMoney(turn.cost_mean)}</td>
            {score && (
              <td className="pl-4">
                <ScoreMean of={turn.score} />
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function ScoreMean({ of }: { of: Interval | null }) {
  if (!of) return <span className="text-fg-3">–</span>;
  return (
    <>
      {formatScore(of.value)}{" "}
      <span className="text-fg-3">
        {of.low === null || of.high === null ? "" : `${formatScore(of.low)} … ${formatScore(of.high)}, `}n{" "}
        {formatCount(of.n)}
      </span>
    </>
  );
}
