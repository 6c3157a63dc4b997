/** What is judged more often because of a change: how much, until when, and what could be seen by now. */

import { Link } from "@tanstack/react-router";
import { CircleCheck, CircleDashed, Gauge } from "lucide-react";
import type { Judging } from "@/api/changes";
import { judgingWords } from "@/domain/changes";
import { formatCount, formatScore } from "@/domain/format";
import { Badge } from "@/ui/controls";
import { Clock } from "@/ui/values";

const LOOKS = {
  running: { tone: "accent", icon: Gauge, label: "judging" },
  reached: { tone: "good", icon: CircleCheck, label: "enough" },
  expired: { tone: "plain", icon: CircleDashed, label: "time is over" },
  stopped: { tone: "plain", icon: CircleDashed, label: "stopped" },
} as const;

export function JudgingList({ judging }: { judging: readonly Judging[] }) {
  return (
    <section aria-label="Burst judging">
      <h2 className="mb-2">Judged more often</h2>
      <ul aria-label="Bursts of judging">
        {judging.map((one) => (
          <Line key={one.evaluator_id} judging={one} />
        ))}
      </ul>
    </section>
  );
}

function Line({ judging }: { judging: Judging }) {
  const { tone, icon, label } = LOOKS[judging.state];
  return (
    <li className="flex flex-wrap items-baseline gap-x-4 gap-y-1 border-b border-grid py-1.5 text-label">
      <span className="w-28 shrink-0">
        <Badge tone={tone} icon={icon}>
          {label}
        </Badge>
      </span>
      <Link
        to="/evaluators/$id"
        params={{ id: judging.evaluator_id } as never}
        className="recorded w-44 shrink-0 font-medium hover:underline"
      >
        {judging.evaluator}
      </Link>
      <span>
        {judgingWords(judging)}
        {judging.state === "running" && (
          <>
            {" "}
            or <Clock time={judging.until} clock="minute" />; now {formatCount(judging.judged)}
          </>
        )}
      </span>
      <span className="text-fg-3">
        before: {formatScore(judging.base_mean)} of n = {formatCount(Math.round(judging.base_n))}; promised to be seen:{" "}
        {formatScore(judging.effect)}
        {judging.visible !== null && `, by now: ${formatScore(judging.visible)}`}
      </span>
      {judging.note && <span className="recorded text-warn">{judging.note}</span>}
    </li>
  );
}
