/** Quantiles and small distributions of counts. Pure. */

/** The value below which `share` of the values lie, between neighbours linearly; null for nothing. */
export function quantile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * Math.min(1, Math.max(0, share));
  const below = sorted[Math.floor(place)] ?? 0;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (above - below) * (place - Math.floor(place));
}

export interface Bin {
  from: number;
  label: string;
  count: number;
}

/** Whole numbers from 1 as bins, the last one open: 1, 2, 3, …, 12+. */
export function distribution(values: readonly number[], most: number): Bin[] {
  const top = Math.max(1, ...values.slice(0, 100_000));
  const size = Math.min(most, top);
  const bins = Array.from({ length: size }, (_, index) => ({
    from: index + 1,
    label: index + 1 === most && top > most ? `${most}+` : String(index + 1),
    count: 0,
  }));
  for (const value of values) {
    const bin = bins[Math.min(size, Math.max(1, Math.round(value))) - 1];
    if (bin) bin.count++;
  }
  return bins;
}
