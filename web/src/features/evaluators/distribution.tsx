/** Distributions, small: bars over a range of numbers, and words with their counts. */

import { formatCount, formatScore, oneLine } from "@/domain/format";

export function Bars({
  counts,
  low,
  high,
  label,
  colour,
}: {
  counts: readonly number[];
  low: number;
  high: number;
  label: string;
  colour: string;
}) {
  const top = Math.max(...counts, 1);
  return (
    <>
      <div
        role="img"
        aria-label={`${label}: ${counts.map((count) => Math.round(count)).join(", ")}`}
        className="flex h-20 w-72 max-w-full items-end gap-px border-b border-line"
      >
        {counts.map((count, place) => (
          <span
            key={place}
            className="flex-1"
            style={{ height: `${(100 * count) / top}%`, background: colour }}
            title={`from ${formatScore(low + ((high - low) * place) / counts.length)}: ${formatCount(Math.round(count))}`}
          />
        ))}
      </div>
      <div className="flex w-72 max-w-full justify-between text-micro text-fg-3">
        <span>{formatScore(low)}</span>
        <span>{formatScore(high)}</span>
      </div>
    </>
  );
}

const MOST_WORDS = 12;

export function Words({
  counts,
  colour,
}: {
  counts: readonly (readonly [word: string, count: number])[];
  colour: string;
}) {
  const top = Math.max(...counts.map(([, count]) => count), 1);
  return (
    <ul className="w-72 max-w-full text-label">
      {counts.slice(0, MOST_WORDS).map(([word, count]) => (
        <li key={word} className="grid grid-cols-[8rem_1fr_3rem] items-center gap-2">
          <span className="recorded cut">{oneLine(word, 40)}</span>
          <span className="h-2" style={{ width: `${(100 * count) / top}%`, background: colour }} />
          <span className="num text-right">{formatCount(Math.round(count))}</span>
        </li>
      ))}
      {counts.length > MOST_WORDS && <li className="text-fg-3">{counts.length - MOST_WORDS} more</li>}
    </ul>
  );
}
