/** Duration, cost and score of each turn, one under the other on one axis: where a conversation went wrong. */

import type { Turn } from "@/api/types";
import { formatDuration, formatMoney, formatScore } from "@/domain/format";

const HEIGHT = 28;

interface Line {
  label: string;
  values: (number | null)[];
  text: (value: number) => string;
  low?: boolean;
}

export function TurnChart({ turns }: { turns: readonly Turn[] }) {
  const scoreName = turns.flatMap((turn) => turn.scores).find((score) => score.mean !== null)?.name;
  const lines: Line[] = [
    { label: "duration", values: turns.map((turn) => turn.duration), text: formatDuration },
    { label: "cost", values: turns.map((turn) => turn.cost), text: formatMoney },
  ];
  if (scoreName) {
    lines.push({
      label: scoreName,
      values: turns.map((turn) => turn.scores.find((score) => score.name === scoreName)?.mean ?? null),
      text: formatScore,
      low: true,
    });
  }
  return (
    <section aria-label="By turn" className="flex flex-col gap-1 border-b border-line pb-3">
      {lines.map((line) => (
        <div key={line.label} className="flex items-end gap-3">
          <span className="recorded cut w-16 shrink-0 text-micro text-fg-3">{line.label}</span>
          <Bars line={line} turns={turns} />
        </div>
      ))}
    </section>
  );
}

function Bars({ line, turns }: { line: Line; turns: readonly Turn[] }) {
  const most = Math.max(1e-12, ...line.values.map((value) => value ?? 0));
  return (
    <div className="flex min-w-0 flex-1 items-end gap-px" style={{ height: HEIGHT }}>
      {line.values.map((value, index) => (
        <a
          key={turns[index]?.trace_id ?? index}
          href={`#turn-${index + 1}`}
          onClick={(event) => {
            event.preventDefault();
            document.getElementById(`turn-${index + 1}`)?.scrollIntoView({ behavior: "smooth", block: "start" });
          }}
          title={`Turn ${index + 1}: ${value === null ? "not known" : line.text(value)}`}
          aria-label={`Turn ${index + 1}, ${line.label} ${value === null ? "not known" : line.text(value)}`}
          className="flex h-full max-w-10 min-w-0 flex-1 items-end hover:bg-hover"
        >
          <i
            className="w-full"
            style={{
              height: value === null ? 1 : Math.max(2, (value / most) * HEIGHT),
              background: value === null ? "var(--grid)" : line.low && value < 0.5 ? "var(--error)" : "var(--mark)",
            }}
          />
        </a>
      ))}
    </div>
  );
}
