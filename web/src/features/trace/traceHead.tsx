/** What stands at the head of a trace, on its page and in the peek: how it went, and the way to its neighbours. */

import { ChevronDown, ChevronUp } from "lucide-react";
import type { TraceRow } from "@/api/types";
import { plural } from "@/domain/format";
import { Badge, Button } from "@/ui/controls";
import { OUTCOME_ICONS } from "@/ui/icons";

/** What went wrong in it, counted; nothing where nothing did. */
export function TraceTroubles({ trace }: { trace: TraceRow }) {
  const errors = Math.max(trace.error_count, trace.outcome === "error" ? 1 : 0);
  const refusals = Math.max(trace.refused_count, trace.outcome === "refused" ? 1 : 0);
  return (
    <>
      {errors > 0 && (
        <Badge tone="error" icon={OUTCOME_ICONS.error}>
          {plural(errors, "error")}
        </Badge>
      )}
      {refusals > 0 && (
        <Badge tone="refused" icon={OUTCOME_ICONS.refused}>
          {plural(refusals, "refusal")}
        </Badge>
      )}
    </>
  );
}

/** The trace before and the one after, in the list that one came from. */
export function Neighbours({
  previous,
  next,
  onMove,
  className,
}: {
  previous: string | null | undefined;
  next: string | null | undefined;
  onMove: (traceId: string) => void;
  className?: string;
}) {
  const steps = [
    { id: previous, icon: ChevronUp, name: "Previous trace" },
    { id: next, icon: ChevronDown, name: "Next trace" },
  ];
  return steps.map(({ id, icon, name }) => (
    <Button
      key={name}
      look="ghost"
      square
      icon={icon}
      aria-label={name}
      disabled={!id}
      onClick={() => id && onMove(id)}
      className={className}
    />
  ));
}
