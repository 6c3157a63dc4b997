/** One duel, to be read: the question, both answers side by side, and what the judge said in each order, with its traces. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronDown, ChevronUp, X } from "lucide-react";
import { type Duel, duelQuery, type Side } from "@/api/duels";
import { orderText, outcomeText, tieText } from "@/domain/duels";
import { formatMoney } from "@/domain/format";
import { useCommands } from "@/ui/commands";
import { Badge, Button } from "@/ui/controls";
import { Problem } from "@/ui/states";
import { TextBlock } from "@/ui/text";

export function DuelView({
  runId,
  position,
  last,
  onMove,
}: {
  runId: string;
  position: number;
  last: number;
  onMove: (position: number | null) => void;
}) {
  const query = useQuery(duelQuery(runId, position));
  const duel = query.data;
  useCommands([
    {
      id: "duel-next",
      name: "Next duel",
      group: "Duels",
      key: "]",
      run: () => position < last && onMove(position + 1),
    },
    {
      id: "duel-previous",
      name: "Previous duel",
      group: "Duels",
      key: "[",
      run: () => position > 0 && onMove(position - 1),
    },
    { id: "duel-close", name: "Close the duel", group: "Duels", key: "escape", run: () => onMove(null) },
  ]);
  return (
    <section
      aria-label={`Duel ${position + 1}`}
      className="flex min-h-0 min-w-0 flex-1 flex-col border-line broad:w-[48%] broad:flex-none broad:border-l"
    >
      <header className="flex h-11 shrink-0 items-center gap-2 border-b border-line px-4">
        <h2 className="flex-1">Duel {position + 1}</h2>
        <Button
          look="ghost"
          square
          icon={ChevronUp}
          aria-label="Previous duel"
          disabled={position <= 0}
          onClick={() => onMove(position - 1)}
        />
        <Button
          look="ghost"
          square
          icon={ChevronDown}
          aria-label="Next duel"
          disabled={position >= last}
          onClick={() => onMove(position + 1)}
        />
        <Button look="ghost" square icon={X} aria-label="Close the duel" onClick={() => onMove(null)} />
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto p-4">
        {query.error && <Problem error={query.error} what="The duel" onRetry={() => void query.refetch()} />}
        {duel && <Texts duel={duel} />}
      </div>
    </section>
  );
}

function Texts({ duel }: { duel: Duel }) {
  const tie = tieText(duel);
  const question = duel.first.question || duel.second.question;
  return (
    <div className="flex flex-col gap-4">
      <p className="text-body">
        <span className="text-fg-2">{duel.won === null || duel.won === 0.5 ? "" : "Won by "}</span>
        <b className="recorded font-medium">{outcomeText(duel)}</b>
        {tie && <span className="text-fg-2">: {tie}</span>}
      </p>
      {duel.error && <p className="recorded text-label text-error">{duel.error}</p>}
      {question && (
        <div>
          <h3 className="mb-1 text-label font-medium text-fg-2">Question</h3>
          <TextBlock text={question} />
        </div>
      )}
      <div className="grid gap-4 wide:grid-cols-2">
        <Answer side={duel.first} won={duel.won === 1} kin={duel.kin === "first"} />
        <Answer side={duel.second} won={duel.won === 0} kin={duel.kin === "second"} />
      </div>
      <ol aria-label="Both orders" className="flex flex-col gap-3">
        {duel.orders.map((order, place) => (
          <li key={place === 0 ? "forwards" : "backwards"} className="border-t border-line pt-2 text-label">
            <p>
              <span className="recorded text-fg-2">
                {place === 0 ? duel.first.contestant : duel.second.contestant} in front:{" "}
              </span>
              <b className="recorded font-medium">{orderText(order, duel)}</b>
            </p>
            <p className="recorded mt-0.5 text-fg-2">{order.reason}</p>
            <p className="mt-0.5 flex gap-3 text-fg-3">
              {order.model && <span className="recorded">{order.model}</span>}
              {order.cost !== null && <span className="num">{formatMoney(order.cost)}</span>}
              {order.trace_id && (
                <Link to="/traces/$traceId" params={{ traceId: order.trace_id }} className="link">
                  the judge's trace
                </Link>
              )}
            </p>
          </li>
        ))}
      </ol>
    </div>
  );
}

function Answer({ side, won, kin }: { side: Side; won: boolean; kin: boolean }) {
  return (
    <article aria-label={`Answer of ${side.contestant}`} className="min-w-0">
      <h3 className="mb-1 flex flex-wrap items-center gap-2 text-label font-medium text-fg-2">
        <span className="recorded">{side.contestant}</span>
        {won && <Badge tone="good">won</Badge>}
        {kin && <Badge tone="warn">the judge's own family</Badge>}
        {side.trace_id && (
          <Link
            to="/traces/$traceId"
            params={{ traceId: side.trace_id }}
            search={{ span: side.span_id }}
            className="link font-normal"
          >
            its trace
          </Link>
        )}
        {side.experiment && (
          <Link to="/experiments/$id" params={{ id: side.experiment }} className="link font-normal">
            case {side.item}
          </Link>
        )}
      </h3>
      {side.error ? <p className="recorded text-label text-fg-3">{side.error}</p> : <TextBlock text={side.text} />}
    </article>
  );
}
