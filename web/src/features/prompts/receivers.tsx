/** Who receives a fragment: for the attributes that tell it best, the share of each value's calls that carry it. */

import type { Fragment, Spread } from "@/api/prompts";
import { formatCount, formatShare, oneLine } from "@/domain/format";

const SHOWN_ATTRIBUTES = 4;
const SHOWN_VALUES = 8;

export function Receivers({ fragment }: { fragment: Fragment }) {
  const shown = fragment.receivers.slice(0, SHOWN_ATTRIBUTES);
  if (shown.length === 0) return <p className="text-label text-fg-3">No attribute tells who receives it.</p>;
  return (
    <div className="grid gap-x-8 gap-y-3 wide:grid-cols-2">
      {shown.map((spread) => (
        <SpreadView key={spread.attribute} spread={spread} />
      ))}
    </div>
  );
}

function SpreadView({ spread }: { spread: Spread }) {
  const rows = Object.entries(spread.values)
    .map(([value, counts]) => ({ value, having: counts.with ?? 0, all: (counts.with ?? 0) + (counts.without ?? 0) }))
    .sort((a, b) => b.having / b.all - a.having / a.all || b.all - a.all);
  return (
    <section aria-label={spread.attribute} className="min-w-0 text-label">
      <h3 className="mb-1 flex gap-2">
        <span className="mono cut">{spread.attribute}</span>
        <span className="text-fg-3" title="How much of who gets it this attribute explains, from 0 to 100 %">
          explains {formatShare(spread.strength, 1)}
        </span>
      </h3>
      <ul>
        {rows.slice(0, SHOWN_VALUES).map(({ value, having, all }) => (
          <li key={value} className="flex h-6 items-center gap-3" title={`${having} of ${all} calls`}>
            <span className="recorded cut w-36">{oneLine(value, 60) || "not set"}</span>
            <span aria-hidden="true" className="relative h-1.5 flex-1 rounded-bar bg-n3">
              <span
                className="absolute inset-y-0 left-0 rounded-bar bg-accent"
                style={{ width: `${(100 * having) / all}%` }}
              />
            </span>
            <span className="w-12 text-right tabular-nums">{formatShare(having, all)}</span>
            <span className="w-20 text-right tabular-nums text-fg-3">of {formatCount(all)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
