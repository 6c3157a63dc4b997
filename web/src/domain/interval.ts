/**
 * 95 % intervals for what the interface can know itself: a mean of values in [0, 1] with its count. The variance of such
 * values is at most m(1 − m), so Wilson's interval for a share holds for any of them, and is never too narrow. Pure.
 */

const Z = 1.959964;

export interface Interval {
  low: number;
  high: number;
}

/** Wilson's score interval; null where the mean is no share or nothing was counted. */
export function meanInterval(mean: number | null, count: number): Interval | null {
  if (mean === null || count <= 0 || mean < 0 || mean > 1) return null;
  const z2 = Z * Z;
  const centre = (mean + z2 / (2 * count)) / (1 + z2 / count);
  const half = (Z / (1 + z2 / count)) * Math.sqrt((mean * (1 - mean)) / count + z2 / (4 * count * count));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/** The interval of the difference of two means (Newcombe): `a − b`. */
export function differenceInterval(
  a: { mean: number; count: number },
  b: { mean: number; count: number },
): Interval | null {
  const one = meanInterval(a.mean, a.count);
  const other = meanInterval(b.mean, b.count);
  if (!one || !other) return null;
  const difference = a.mean - b.mean;
  return {
    low: difference - Math.hypot(a.mean - one.low, other.high - b.mean),
    high: difference + Math.hypot(one.high - a.mean, b.mean - other.low),
  };
}

export type Verdict = "lower" | "higher" | "cannot tell";

export function verdict(interval: Interval | null): Verdict {
  if (!interval) return "cannot tell";
  if (interval.high < 0) return "lower";
  return interval.low > 0 ? "higher" : "cannot tell";
}

/** What the rest has when one part is taken out of the whole. */
export function restOf(
  whole: { mean: number; count: number },
  part: { mean: number; count: number },
): { mean: number; count: number } | null {
  const count = whole.count - part.count;
  if (count <= 0) return null;
  return { count, mean: Math.min(1, Math.max(0, (whole.mean * whole.count - part.mean * part.count) / count)) };
}
