/**
 * The time range of a page: what stands in the URL (`-24h`, an ISO time, or nothing for "now") and what it means.
 * Pure: the clock is passed in.
 */

export interface TimeRange {
  /** `-3h`, or an ISO time. */
  from: string;
  /** An ISO time; empty means now. */
  to: string;
}

export const DEFAULT_RANGE: TimeRange = { from: "-24h", to: "" };

export const PRESETS: readonly { from: string; label: string }[] = [
  { from: "-15m", label: "Last 15 minutes" },
  { from: "-1h", label: "Last hour" },
  { from: "-3h", label: "Last 3 hours" },
  { from: "-24h", label: "Last 24 hours" },
  { from: "-3d", label: "Last 3 days" },
  { from: "-7d", label: "Last 7 days" },
  { from: "-30d", label: "Last 30 days" },
  { from: "-90d", label: "Last 90 days" },
];

const UNIT_MS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Milliseconds of `-3h`, or null where the text is no relative time. */
export function relativeMs(text: string): number | null {
  const match = /^-(\d{1,6})([smhdw])$/.exec(text);
  return match ? Number(match[1]) * (UNIT_MS[match[2] ?? "s"] ?? 0) : null;
}

/** The instants of a range; what cannot be read falls back to the default. */
export function resolveRange(range: TimeRange, now: number): { from: number; to: number } {
  const to = instant(range.to, now) ?? now;
  const from = instant(range.from, now) ?? to - (relativeMs(DEFAULT_RANGE.from) ?? 0);
  return from < to ? { from, to } : { from: to - 1000, to };
}

function instant(text: string, now: number): number | null {
  if (!text) return null;
  const back = relativeMs(text);
  if (back !== null) return now - back;
  const parsed = Date.parse(text);
  return Number.isNaN(parsed) ? null : parsed;
}

/** How the range is named on its button: `3 h`, `7 d`; absolute ranges have no short name. */
export function rangeName(range: TimeRange): string | null {
  const match = range.to ? null : /^-(\d+)([smhdw])$/.exec(range.from);
  return match ? `${match[1]} ${match[2]}` : null;
}

/** Whether the range moves with the clock. */
export function isRelative(range: TimeRange): boolean {
  return !range.to && relativeMs(range.from) !== null;
}

/** ISO text of a brushed range, to the millisecond. */
export function absoluteRange(from: number, to: number): TimeRange {
  const [a, b] = from <= to ? [from, to] : [to, from];
  return { from: new Date(a).toISOString(), to: new Date(Math.max(b, a + 1000)).toISOString() };
}

/** The same width, one width earlier or later. */
export function shiftRange(range: TimeRange, direction: -1 | 1, now: number): TimeRange {
  const { from, to } = resolveRange(range, now);
  const width = (to - from) * direction;
  return absoluteRange(from + width, to + width);
}

/** Twice as wide around the same middle, not past now. */
export function widenRange(range: TimeRange, now: number): TimeRange {
  const { from, to } = resolveRange(range, now);
  const half = (to - from) / 2;
  return absoluteRange(from - half, Math.min(now, to + half));
}

export type Interval = "minute" | "5minute" | "hour" | "day" | "week";
export const INTERVAL_MS: Record<Interval, number> = {
  minute: 60_000,
  "5minute": 300_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
};

/** The finest interval that needs at most `most` buckets. */
export function intervalFor(from: number, to: number, most = 180): Interval {
  for (const interval of ["minute", "5minute", "hour", "day"] as const) {
    if ((to - from) / INTERVAL_MS[interval] <= most) return interval;
  }
  return "week";
}

/** Starts of all buckets that touch the range, so that empty ones are drawn as empty. Weeks start on Monday. */
export function buckets(from: number, to: number, interval: Interval): number[] {
  const width = INTERVAL_MS[interval];
  const offset = interval === "week" ? 4 * INTERVAL_MS.day : 0;
  const first = Math.floor((from - offset) / width) * width + offset;
  const starts: number[] = [];
  for (let start = first; start < to && starts.length < 2000; start += width) starts.push(start);
  return starts;
}

const TICK_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200, 10_080, 20_160, 43_200].map(
  (minutes) => minutes * 60_000,
);

/** Round instants within a range, at most `most`; `offset` is what the person's clock is ahead of UTC, in milliseconds. */
export function roundTicks(from: number, to: number, most: number, offset: number): { times: number[]; step: number } {
  const step = TICK_STEPS.find((each) => (to - from) / each <= most) ?? 43_200 * 60_000;
  const times: number[] = [];
  for (let at = Math.ceil((from + offset) / step) * step - offset; at <= to; at += step) times.push(at);
  return { times, step };
}
