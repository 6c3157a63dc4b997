/** What the page of a golden set works out itself. Pure. */

import type { Estimate } from "@/api/evaluators";
import type { GoldenCheck } from "@/api/golden";

/** The sentence that says whether the judge is still what it was. */
export function driftText(checks: readonly GoldenCheck[]): string {
  const newest = checks.at(-1);
  if (!newest) return "It is asked for the first time within a minute.";
  if (!newest.shift) return "The first check: later ones are compared with it, case by case.";
  return newest.moved
    ? "The judge has moved: on the same cases it says something else than it did at first. Its trust is suspended."
    : "The judge stands still: on the same cases it says what it said at first, within chance.";
}

/** `+0.04 (−0.01 to +0.09)`: a change with its interval. */
export function changeText(change: Estimate | null): string {
  if (!change) return "–";
  if (change.low === null || change.high === null) return `${signed(change.value)} (too few for an interval)`;
  return `${signed(change.value)} (${signed(change.low)} to ${signed(change.high)})`;
}

function signed(value: number): string {
  const text = Math.abs(value).toFixed(2);
  return Number(text) === 0 ? "0.00" : `${value < 0 ? "−" : "+"}${text}`;
}
