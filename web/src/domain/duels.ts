/** How duels are read: who won, what both orders say, and whether the judge leans to a place. Pure. */

import type { Duel, DuelsDraft, Order, Place } from "@/api/duels";
import type { Estimate } from "@/api/evaluators";

/** Who won, in words. */
export function outcomeText(duel: Duel): string {
  if (duel.state === "failed") return "failed";
  if (duel.state !== "done") return duel.state;
  if (duel.won === null) return "no verdict";
  if (duel.won === 1) return duel.first.contestant;
  if (duel.won === 0) return duel.second.contestant;
  return "tie";
}

/** Why it is a tie, where it is one. */
export function tieText(duel: Duel): string {
  if (duel.won !== 0.5) return "";
  const [one, other] = duel.orders;
  if (one?.winner === other?.winner) return "both orders say so";
  return "the orders contradict each other";
}

/** What one order said: the name of whom it preferred. */
export function orderText(order: Order, duel: Duel): string {
  if (order.winner === "first") return duel.first.contestant;
  if (order.winner === "second") return duel.second.contestant;
  return order.winner === "tie" ? "neither" : order.status === "refused" ? "refused" : "no verdict";
}

/** Below this an interval says little whatever it shows. */
export const FEWEST = 20;
/** Less than this is no bias that matters. */
export const FAIR_WITHIN = 0.05;

export type Finding = "biased" | "fair" | "cannot tell yet";

/** Whether a figure that should be 0 is: an interval without 0 says biased, one that lies close around 0 says fair. */
export function findingOf(estimate: Estimate | null): Finding {
  if (!estimate || estimate.n < FEWEST || estimate.low === null || estimate.high === null) return "cannot tell yet";
  if (estimate.low > 0 || estimate.high < 0) return "biased";
  return Math.max(-estimate.low, estimate.high) <= FAIR_WITHIN ? "fair" : "cannot tell yet";
}

/** Pairs of places, one a line: two trace ids, or `trace/span` each. */
export function readPairs(text: string): { pairs: NonNullable<DuelsDraft["pairs"]> } | { problem: string } {
  const pairs: { first: Place; second: Place }[] = [];
  for (const [at, line] of text.split("\n").entries()) {
    if (!line.trim()) continue;
    const [first, second, ...more] = line.trim().split(/\s+/).map(placeOf);
    if (!first || !second || more.length > 0)
      return {
        problem: `Line ${at + 1} of Pairs: write two trace ids (32 hex digits), or trace/span, with a space between.`,
      };
    pairs.push({ first, second });
  }
  return { pairs };
}

const PLACE = /^([0-9a-f]{32})(?:\/([0-9a-f]{16}))?$/i;

function placeOf(text: string): Place | null {
  const [, trace, span] = PLACE.exec(text) ?? [];
  if (!trace) return null;
  return span
    ? { target: "span", trace_id: trace.toLowerCase(), span_id: span.toLowerCase() }
    : { target: "trace", trace_id: trace.toLowerCase() };
}
