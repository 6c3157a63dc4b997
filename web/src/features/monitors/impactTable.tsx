/** Before and after a change, measure by measure: each side with its n, the difference with its interval, and a word. */

import { Link } from "@tanstack/react-router";
import type { Effect, Impact } from "@/api/changes";
import { measureDifference, measureName, measureValue, type Told, told } from "@/domain/changes";
import { axisOf, marksOf } from "@/domain/comparison";
import { append, quote } from "@/domain/filterText";
import { formatCount } from "@/domain/format";
import { Badge } from "@/ui/controls";

const TONES: Record<Told, "good" | "error" | "plain"> = {
  better: "good",
  worse: "error",
  "cannot tell": "plain",
  "too few": "plain",
};
const COLOURS: Record<Told, string> = {
  better: "var(--good)",
  worse: "var(--error)",
  "cannot tell": "var(--text-2)",
  "too few": "var(--text-2)",
};

export function ImpactTable({ impact, filter }: { impact: Impact; filter: string }) {
  return (
    <div className="overflow-x-auto">
      <table aria-label="Before and after" className="w-full min-w-[760px] text-label">
        <thead className="text-left text-fg-3">
          <tr>
            <th className="py-1 font-medium">Measure</th>
            {impact.dimension && <th className="py-1 font-medium">{impact.dimension.replaceAll("_", " ")}</th>}
            <th className="num py-1 font-medium">Before</th>
            <th className="num py-1 font-medium">n</th>
            <th className="num py-1 font-medium">After</th>
            <th className="num py-1 font-medium">n</th>
            <th className="py-1 pl-4 font-medium">Difference</th>
            <th className="py-1 pl-4 font-medium">Verdict</th>
          </tr>
        </thead>
        <tbody>
          {impact.data.map((effect) => (
            <Row
              key={`${effect.measure} ${effect.segment}`}
              effect={effect}
              impact={impact}
              axis={axisFor(impact.data, effect.measure)}
              filter={filter}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Rows of one measure share an axis. */
function axisFor(data: readonly Effect[], measure: string): number {
  const reach = data.flatMap(({ measure: own, difference }) =>
    own === measure && difference ? [{ difference: difference.value, low: difference.low, high: difference.high }] : [],
  );
  const widest = axisOf(reach);
  return measure === "cost"
    ? Math.max(1e-9, ...reach.flatMap(({ difference, low, high }) => [difference, low ?? 0, high ?? 0].map(Math.abs))) *
        1.05
    : widest;
}

function Row({ effect, impact, axis, filter }: { effect: Effect; impact: Impact; axis: number; filter: string }) {
  const { measure, segment, before, after, difference, better } = effect;
  const verdict = told(difference, better);
  const own = impact.dimension && segment ? append(filter, `${impact.dimension}:${quote(segment)}`) : filter;
  return (
    <tr className="border-t border-line">
      <td className="recorded cut max-w-48 py-1.5 font-medium">{measureName(measure)}</td>
      {impact.dimension && (
        <td className="recorded cut max-w-48">
          <Link
            to="/traces"
            search={{ from: impact.time, to: impact.after_end, filter: own || undefined } as never}
            className="link"
          >
            {segment || "none"}
          </Link>
        </td>
      )}
      <td className="num pl-4 text-fg-2">{before ? measureValue(measure, before.value) : "–"}</td>
      <td className="num pl-3 text-fg-3">{formatCount(before?.n ?? 0)}</td>
      <td className="num pl-4">{after ? measureValue(measure, after.value) : "–"}</td>
      <td className="num pl-3 text-fg-3">{formatCount(after?.n ?? 0)}</td>
      <td className="pl-4">
        {difference && (
          <span className="flex items-center gap-3">
            <Whisker effect={effect} axis={axis} colour={COLOURS[verdict]} />
            <span className="num w-20">{measureDifference(measure, difference.value)}</span>
            <span className="whitespace-nowrap text-fg-3">
              {difference.low !== null &&
                difference.high !== null &&
                `${measureDifference(measure, difference.low)} … ${measureDifference(measure, difference.high)}`}
            </span>
          </span>
        )}
      </td>
      <td className="whitespace-nowrap pl-4">
        <Badge tone={TONES[verdict]}>{verdict}</Badge>
      </td>
    </tr>
  );
}

function Whisker({ effect, axis, colour }: { effect: Effect; axis: number; colour: string }) {
  const { difference } = effect;
  const marks = difference
    ? marksOf({ difference: difference.value, low: difference.low, high: difference.high }, axis)
    : null;
  return (
    <span className="relative block h-3 w-32 shrink-0" aria-hidden="true">
      <i className="absolute top-[5.5px] h-px w-full bg-line" />
      <i className="absolute top-0 left-1/2 h-full w-px bg-line-strong" />
      {marks && (
        <>
          <i
            className="absolute top-[5px] h-0.5"
            style={{ left: `${marks.low * 100}%`, width: `${(marks.high - marks.low) * 100}%`, background: colour }}
          />
          <i
            className="absolute top-[3px] size-1.5 -translate-x-1/2 rounded-full"
            style={{ left: `${marks.value * 100}%`, background: colour }}
          />
        </>
      )}
    </span>
  );
}
