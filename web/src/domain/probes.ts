/** Looks of probe sets in words. Pure. */

export interface LookWords {
  moved: boolean;
  distance: number | null;
  low: number | null;
  high: number | null;
  answers: number;
  failed: number;
}

export type Standing = "waiting" | "reference" | "failed" | "steady" | "moved";

/** How a set stands by its latest look. */
export function standing(look: LookWords | undefined): Standing {
  if (!look) return "waiting";
  if (look.moved) return "moved";
  if (look.distance !== null) return "steady";
  return look.failed > look.answers ? "failed" : "reference";
}

/** `0.107 (0.089 to 0.125)`. */
export function distanceWords({ distance, low, high }: LookWords): string {
  if (distance === null) return "–";
  const interval = low === null || high === null ? "" : ` (${low.toFixed(3)} to ${high.toFixed(3)})`;
  return `${distance.toFixed(3)}${interval}`;
}

/** One prompt a paragraph: an empty line parts them. */
export function promptsOf(text: string): string[] {
  return text
    .split(/\n\s*\n/)
    .map((part) => part.trim())
    .filter(Boolean);
}
