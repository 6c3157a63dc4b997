/** What the loaded sessions have in common: turns, time, cost, and how many did not end well. */

import { useMemo } from "react";
import type { SessionRow } from "@/api/types";
import { distribution, quantile } from "@/domain/distribution";
import { formatCount, formatDuration, formatMoney, formatShare } from "@/domain/format";
import { Stat } from "@/ui/controls";

export function SessionAnalytics({ rows, complete }: { rows: readonly SessionRow[]; complete: boolean }) {
  const facts = useMemo(() => {
    const turns = rows.map((row) => row.turn_count);
    const troubled = rows.filter((row) => row.outcomes.error + row.outcomes.refused > 0).length;
    const single = turns.filter((count) => count === 1).length;
    return {
      bins: distribution(turns, 12),
      turns: quantile(turns, 0.5),
      duration: quantile(
        rows.flatMap((row) => row.duration ?? []),
        0.5,
      ),
      cost: quantile(
        rows.flatMap((row) => row.cost ?? []),
        0.5,
      ),
      troubled,
      single,
    };
  }, [rows]);
  const most = Math.max(1, ...facts.bins.map((bin) => bin.count));
  return (
    <section
      aria-label="Sessions together"
      className="flex shrink-0 items-center gap-8 overflow-x-auto border-b border-line px-4 py-2.5"
    >
      <dl className="flex gap-6">
        <Stat label={complete ? "Sessions" : "Sessions loaded"}>{formatCount(rows.length)}</Stat>
        <Stat label="Turns, median">{formatCount(facts.turns)}</Stat>
        <Stat label="Lasted, median">{formatDuration(facts.duration)}</Stat>
        <Stat label="Cost, median">{formatMoney(facts.cost)}</Stat>
        <Stat label="With an error or a refusal">
          {formatCount(facts.troubled)}{" "}
          <span className="font-normal text-fg-3">{formatShare(facts.troubled, rows.length)}</span>
        </Stat>
        <Stat label="Left after one turn">
          {formatCount(facts.single)}{" "}
          <span className="font-normal text-fg-3">{formatShare(facts.single, rows.length)}</span>
        </Stat>
      </dl>
      <figure className="flex items-end gap-2 max-wide:hidden" aria-label="Sessions by number of turns">
        <figcaption className="pb-0.5 text-micro text-fg-3">by turns</figcaption>
        <div className="flex h-9 items-end gap-px">
          {facts.bins.map((bin) => (
            <span
              key={bin.from}
              className="flex w-4 flex-col items-center"
              title={`${bin.label} turns: ${formatCount(bin.count)} sessions`}
            >
              <i
                className="w-full bg-mark"
                style={{ height: `${Math.max(bin.count ? 2 : 0, (22 * bin.count) / most)}px` }}
              />
              <span className="text-[9px] leading-3 text-fg-3">{bin.label}</span>
            </span>
          ))}
        </div>
      </figure>
    </section>
  );
}
