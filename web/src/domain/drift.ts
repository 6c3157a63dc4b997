/** Results of drift tests in words. */

import { formatCompact } from "./format";

export interface Tested {
  test: string;
  effect: number | null;
  before: number | null;
  now: number | null;
}

/** `0.03`, `< 0.001`. */
export function formatP(p: number): string {
  return p < 0.001 ? "< 0.001" : p.toFixed(p < 0.1 ? 3 : 2);
}

/** How large a shift is, in the words of its test. */
export function effectWords({ test, effect, before, now }: Tested): string {
  if (test === "" || effect === null) return "";
  if (test === "chi2") return `stability index ${effect.toFixed(2)}`;
  if (test === "c2st") return `told apart in ${(100 * effect).toFixed(0)} % (50 % is chance)`;
  if (test === "mmd") return `kernel distance ${effect.toFixed(3)}`;
  const gap = `gap ${effect.toFixed(2)}`;
  return before === null || now === null ? gap : `${formatCompact(before)} → ${formatCompact(now)}, ${gap}`;
}
