/** Whether a judge is fair, in a word: of a figure that should be 0. */

import { CircleCheck, CircleHelp, TriangleAlert } from "lucide-react";
import type { Estimate } from "@/api/evaluators";
import { findingOf } from "@/domain/duels";
import { Badge } from "@/ui/controls";

export function FindingBadge({ estimate, more, less }: { estimate: Estimate | null; more: string; less: string }) {
  const finding = findingOf(estimate);
  if (finding === "cannot tell yet") return <Badge icon={CircleHelp}>cannot tell yet</Badge>;
  if (finding === "fair")
    return (
      <Badge tone="good" icon={CircleCheck}>
        fair
      </Badge>
    );
  return (
    <Badge tone="warn" icon={TriangleAlert}>
      {(estimate?.value ?? 0) > 0 ? more : less}
    </Badge>
  );
}
