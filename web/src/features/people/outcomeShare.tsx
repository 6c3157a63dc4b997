/** How turns ended, as a small stacked bar with numbers; and scores as chips. */

import { OUTCOMES, type OutcomeCounts, type ScoreSummary } from "@/api/types";
import { formatCount, formatScore } from "@/domain/format";
import { OutcomeIcon } from "@/ui/icons";
import { isLowScore, ScoreValue } from "@/ui/values";

const FILLS = { success: "var(--mark)", error: "var(--error)", refused: "var(--refused)" };

export function OutcomeShare({ outcomes }: { outcomes: OutcomeCounts }) {
  const total = outcomes.success + outcomes.error + outcomes.refused;
  if (total === 0) return <span className="text-fg-3">–</span>;
  const bad = OUTCOMES.filter((outcome) => outcome !== "success" && outcomes[outcome] > 0);
  return (
    <span
      className="flex items-center gap-2"
      title={OUTCOMES.map((outcome) => `${formatCount(outcomes[outcome])} ${outcome}`).join(", ")}
    >
      <span className="flex h-1.5 w-14 shrink-0 gap-px overflow-hidden rounded-bar" aria-hidden="true">
        {OUTCOMES.map((outcome) => (
          <i key={outcome} style={{ width: `${(100 * outcomes[outcome]) / total}%`, background: FILLS[outcome] }} />
        ))}
      </span>
      {bad.map((outcome) => (
        <span key={outcome} className="inline-flex items-center gap-1">
          <OutcomeIcon outcome={outcome} size={12} />
          {formatCount(outcomes[outcome])}
        </span>
      ))}
    </span>
  );
}

export function ScoreChips({ scores, most = 2 }: { scores: readonly ScoreSummary[]; most?: number }) {
  return (
    <span className="inline-flex gap-3">
      {scores.slice(0, most).map((score) => (
        <span key={score.name} className="inline-flex gap-1" title={`${score.count} scores`}>
          <span className="recorded cut max-w-[80px] text-fg-3">{score.name}</span>
          {score.mean === null ? (
            score.string_value
          ) : (
            <ScoreValue text={formatScore(score.mean)} low={isLowScore(score.mean)} />
          )}
        </span>
      ))}
    </span>
  );
}
