/** Scores of a trace at a glance, under its tree. A value alone claims no interval; several are drawn as their range. */

import type { Score } from "@/api/types";
import { formatScore, oneLine } from "@/domain/format";
import { cx } from "@/ui/classes";
import { isLowScore, ScoreValue } from "@/ui/values";
import { scoreAuthor, scoreText } from "./scoresTab";

interface Group {
  name: string;
  scores: Score[];
}

export function TraceScores({ scores }: { scores: readonly Score[] }) {
  const groups: Group[] = [];
  for (const score of scores) {
    const group = groups.find((each) => each.name === score.name);
    if (group) group.scores.push(score);
    else groups.push({ name: score.name, scores: [score] });
  }
  if (groups.length === 0) return null;
  return (
    <section
      aria-label="Scores of the trace"
      className="max-h-[34%] shrink-0 overflow-y-auto border-t border-line px-4 py-2"
    >
      <h3 className="mb-1">Scores</h3>
      {groups.map((group) => (
        <ScoreRow key={group.name} group={group} />
      ))}
    </section>
  );
}

function ScoreRow({ group }: { group: Group }) {
  const [first] = group.scores;
  const values = group.scores.flatMap((score) =>
    score.status === "valid" && score.value !== null ? [score.value] : [],
  );
  const mean = values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
  const unit = values.length > 0 && values.every((value) => value >= 0 && value <= 1);
  if (!first) return null;
  const low = unit && isLowScore(mean);
  return (
    <div className="grid h-6 grid-cols-[88px_minmax(0,1fr)_52px_minmax(0,0.8fr)] items-center gap-3 text-label">
      <span className="recorded cut">{group.name}</span>
      {unit ? <Dots values={values} low={low} /> : <span className="cut text-fg-3">{scoreAuthor(first)}</span>}
      <span className={cx("num font-medium")}>
        <ScoreValue text={group.scores.length > 1 && mean !== null ? formatScore(mean) : scoreText(first)} low={low} />
      </span>
      <span className="recorded num cut text-fg-3" title={oneLine(first.comment)}>
        {group.scores.length > 1
          ? `${group.scores.length} scores`
          : first.comment
            ? `“${oneLine(first.comment, 60)}”`
            : unit
              ? scoreAuthor(first)
              : ""}
      </span>
    </div>
  );
}

function Dots({ values, low }: { values: number[]; low: boolean }) {
  const colour = low ? "var(--error)" : "var(--text)";
  const most = Math.max(...values);
  const least = Math.min(...values);
  return (
    <span className="relative block h-3" aria-hidden="true">
      <i className="absolute top-[5.5px] h-px w-full bg-line" />
      {values.length > 1 && (
        <i
          className="absolute top-[5px] h-0.5"
          style={{ left: `${least * 100}%`, width: `${(most - least) * 100}%`, background: colour }}
        />
      )}
      {values.slice(0, 40).map((value, index) => (
        <i
          key={index}
          className="absolute top-[3px] size-1.5 -translate-x-1/2 rounded-full"
          style={{ left: `${value * 100}%`, background: colour }}
        />
      ))}
    </span>
  );
}
