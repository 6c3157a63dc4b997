/** Where spans stand on a time axis, and which ticks it has. Pure; times in milliseconds. */

import { parseTime } from "./format";

export interface TimedSpan {
  start_time: string;
  end_time: string | null;
  first_token_time?: string | null;
}

export interface Extent {
  from: number;
  to: number;
}

/** From the earliest start to the latest end; a span without an end reaches to `now`, bounded by what is known. */
export function extentOf(spans: readonly TimedSpan[], now: number): Extent {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const span of spans) {
    const start = parseTime(span.start_time);
    if (!Number.isFinite(start)) continue;
    from = Math.min(from, start);
    to = Math.max(to, start, endOf(span, now));
  }
  if (!Number.isFinite(from)) return { from: 0, to: 1 };
  return { from, to: to > from ? to : from + 1 };
}

function endOf(span: TimedSpan, now: number): number {
  if (span.end_time) return parseTime(span.end_time);
  const start = parseTime(span.start_time);
  const sinceStart = now - start;
  const stillRunning = sinceStart >= 0 && sinceStart < 10 * 60_000;
  return stillRunning ? now : start;
}

export interface Bar {
  /** Share of the axis, 0 to 100. */
  left: number;
  width: number;
  /** First token, as a share of the axis; null where unknown. */
  mark: number | null;
  /** No end was ever recorded. */
  open: boolean;
  /** Whether any of it lies in the shown window. */
  visible: boolean;
}

/** The bar of a span within a window of the axis, cut at its edges. */
export function barOf(span: TimedSpan, window: Extent, now: number): Bar {
  const width = window.to - window.from;
  const place = (time: number) => (100 * (time - window.from)) / width;
  const start = place(parseTime(span.start_time));
  const end = Math.max(start, place(endOf(span, now)));
  const left = Math.min(100, Math.max(0, start));
  const mark = span.first_token_time ? place(parseTime(span.first_token_time)) : null;
  return {
    left,
    width: Math.max(0, Math.min(100, end) - left),
    mark: mark !== null && mark >= left && mark <= Math.min(100, end) ? mark : null,
    open: span.end_time === null,
    visible: end >= 0 && start <= 100,
  };
}

const STEPS = [1, 2, 5];

/** Round tick distances in milliseconds: 1, 2, 5 × 10ⁿ below a minute, then whole minutes and hours. */
export function ticks(length: number, most: number): number[] {
  const step = stepFor(length / Math.max(1, most));
  const marks: number[] = [];
  for (let at = 0; at <= length + step * 1e-6 && marks.length < 1000; at += step) marks.push(at);
  return marks;
}

function stepFor(least: number): number {
  if (least > 20_000) {
    for (const minutes of [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440]) {
      if (minutes * 60_000 >= least) return minutes * 60_000;
    }
    return Math.ceil(least / 86_400_000) * 86_400_000;
  }
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1e-6)));
  for (const step of STEPS) if (step * power >= least) return step * power;
  return 10 * power;
}

/** A drag across the axis (shares of its width) as a new window, never narrower than a microsecond. */
export function zoom(window: Extent, fromShare: number, toShare: number): Extent {
  const width = window.to - window.from;
  const [a, b] = fromShare <= toShare ? [fromShare, toShare] : [toShare, fromShare];
  const from = window.from + width * Math.max(0, a);
  return { from, to: Math.max(from + 0.001, window.from + width * Math.min(1, b)) };
}
