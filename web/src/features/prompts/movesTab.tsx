/** Every move of a label: who, when, from, to and why. */

import type { LabelMove, PromptRecord } from "@/api/prompts";
import { armsText } from "@/domain/prompts";
import { Badge } from "@/ui/controls";
import { Clock } from "@/ui/values";

const WORDS: Record<LabelMove["kind"], string> = {
  move: "moved",
  rollback: "rolled back",
  remove: "removed",
  stop: "stopped by its guardrails",
};

export function MovesTab({ record }: { record: PromptRecord }) {
  if (record.moves.length === 0) return <p className="text-label text-fg-2">No label was ever set.</p>;
  return (
    <ol aria-label="Label moves" className="-mx-4">
      {record.moves.map((move) => (
        <li
          key={move.id}
          className="flex flex-wrap items-baseline gap-x-4 gap-y-1 border-b border-grid px-4 py-2 text-label"
        >
          <span className="text-fg-3">
            <Clock time={move.time} clock="full" />
          </span>
          <b className="font-medium">{move.label}</b>
          <Badge tone={move.kind === "move" ? "plain" : "warn"}>{WORDS[move.kind]}</Badge>
          <span className="tabular-nums">
            {armsText(move.before)} → {armsText(move.after)}
          </span>
          <span className="recorded text-fg-2">{move.actor}</span>
          <span className="recorded min-w-0 flex-1 text-fg-2">{move.reason}</span>
        </li>
      ))}
    </ol>
  );
}
