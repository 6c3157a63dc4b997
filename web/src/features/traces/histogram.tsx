/** Traces over time by outcome, the slowest of each bucket above, and a brush that sets the time range. */

import { useQuery } from "@tanstack/react-query";
import { type PointerEvent, useMemo, useRef, useState } from "react";
import { changesQuery } from "@/api/dashboards";
import { metricsQuery } from "@/api/metrics";
import type { ListQuery } from "@/api/traces";
import { type MetricRow, OUTCOMES, type Outcome } from "@/api/types";
import { type Mark, marksOf } from "@/domain/dashboards";
import { formatClock, formatCount, formatDuration, parseTime } from "@/domain/format";
import {
  absoluteRange,
  buckets,
  DEFAULT_RANGE,
  INTERVAL_MS,
  type Interval,
  intervalFor,
  isRelative,
  resolveRange,
  roundTicks,
  type TimeRange,
} from "@/domain/timeRange";
import { useKept, useNow } from "@/ui/hooks";
import { useTimeZone, zoneOffset } from "@/ui/preferences";
import { useWidth } from "@/ui/useWidth";

const DOTS = 30;
const BARS = 46;
const AXIS = 16;
const HEIGHT = DOTS + BARS + AXIS;
/** Less of the width than this is a click. */
const LEAST_BRUSH = 0.004;
const FILLS: Record<Outcome, string> = { success: "var(--series-1)", error: "var(--error)", refused: "var(--refused)" };

interface Bucket {
  start: number;
  counts: Record<Outcome, number>;
  total: number;
  slowest: number | null;
}

export interface HistogramProps {
  query: ListQuery;
  range: TimeRange;
  /** Whether it may ask now. */
  enabled?: boolean;
  onBrush: (range: TimeRange) => void;
}

export function Histogram({ query, range, onBrush, enabled = true }: HistogramProps) {
  const now = useNow();
  const zone = useTimeZone();
  const [box, width] = useWidth();
  const { from, to } = resolveRange(range, now);
  const interval = intervalFor(from, to, width < 600 ? 100 : 300);
  const series = useQuery({
    ...metricsQuery({
      measures: [
        { measure: "traces", aggregation: "count" },
        { measure: "duration", aggregation: "max" },
      ],
      dimensions: ["outcome"],
      interval,
      from: query.from,
      to: query.to,
      filter: query.filter,
    }),
    enabled,
  });
  const data = useKept(series.data);
  const changes = useQuery({ ...changesQuery({ from: query.from ?? "", to: query.to ?? "" }), enabled });
  const marks = marksOf(changes.data ?? [], { from, to }, Math.max(4, Math.floor(width / 90)));
  const shown = useMemo(() => fill(data?.data ?? [], from, to, interval), [data, from, to, interval]);
  const totals = sumOf(shown);
  const [drag, setDrag] = useState<[number, number] | null>(null);
  const [hover, setHover] = useState<number | null>(null);
  const start = useRef<number | null>(null);

  const place = (event: PointerEvent) =>
    Math.min(1, Math.max(0, (event.clientX - event.currentTarget.getBoundingClientRect().left) / Math.max(1, width)));
  const timeAt = (share: number) => from + share * (to - from);
  const hovered =
    hover === null
      ? null
      : shown.find((bucket) => timeAt(hover) >= bucket.start && timeAt(hover) < bucket.start + INTERVAL_MS[interval]);
  // From the event itself: what was drawn last may be older than where the pointer is let go.
  const finish = (event: PointerEvent) => {
    const [began, ended] = [start.current, place(event)];
    if (began !== null && Math.abs(ended - began) > LEAST_BRUSH) onBrush(absoluteRange(timeAt(began), timeAt(ended)));
    stop();
  };
  const stop = () => {
    start.current = null;
    setDrag(null);
  };
  return (
    <section aria-label="Traces over time" className="shrink-0 px-3">
      <div className="flex h-8 items-center gap-3 overflow-hidden text-label whitespace-nowrap">
        <span className="text-fg">
          <b className="font-semibold">{formatCount(totals.total)}</b> traces
        </span>
        <span className="text-fg-3 max-wide:hidden">
          {hovered
            ? `${formatClock(hovered.start, "minute", zone)}, ${formatCount(hovered.total)} traces${hovered.slowest === null ? "" : `, slowest ${formatDuration(hovered.slowest)}`}`
            : `per ${interval === "5minute" ? "5 minutes" : interval}, drag to narrow the time`}
        </span>
        {!isRelative(range) && (
          <button type="button" className="link rounded" onClick={() => onBrush(DEFAULT_RANGE)}>
            back to the last 24 h
          </button>
        )}
        <span className="flex-1" />
        {OUTCOMES.map((outcome) => (
          <span key={outcome} className="inline-flex items-center gap-1.5 text-fg-2">
            <i className="size-2 rounded-[2px]" style={{ background: FILLS[outcome] }} />
            <span className="max-wide:hidden">{outcome}</span> {formatCount(totals[outcome])}
          </span>
        ))}
      </div>
      <div ref={box} className="relative touch-pan-y select-none" style={{ height: HEIGHT }}>
        <svg
          role="img"
          aria-label={`${formatCount(totals.total)} traces: ${OUTCOMES.map((outcome) => `${formatCount(totals[outcome])} ${outcome}`).join(", ")}`}
          width={width}
          height={HEIGHT}
          className="block cursor-crosshair overflow-visible"
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            start.current = place(event);
          }}
          onPointerMove={(event) => {
            const at = place(event);
            setHover(at);
            if (start.current !== null) setDrag([start.current, at]);
          }}
          onPointerUp={finish}
          onPointerCancel={stop}
          onPointerLeave={() => setHover(null)}
        >
          <Bars shown={shown} from={from} to={to} width={width} interval={interval} hovered={hovered?.start} />
          <Changes marks={marks} from={from} to={to} width={width} zone={zone} />
          <TimeAxis from={from} to={to} width={width} zone={zone} />
          {drag && (
            <rect
              x={Math.min(...drag) * width}
              width={Math.abs(drag[1] - drag[0]) * width}
              y={0}
              height={DOTS + BARS}
              fill="var(--accent)"
              fillOpacity={0.12}
              stroke="var(--accent)"
            />
          )}
        </svg>
      </div>
    </section>
  );
}

function Bars({
  shown,
  from,
  to,
  width,
  interval,
  hovered,
}: {
  shown: Bucket[];
  from: number;
  to: number;
  width: number;
  interval: Interval;
  hovered?: number;
}) {
  const most = Math.max(1, ...shown.map((bucket) => bucket.total));
  const slowest = Math.max(1, ...shown.map((bucket) => bucket.slowest ?? 0));
  const scale = width / (to - from);
  return shown.map((bucket) => {
    const x = Math.max(0, (bucket.start - from) * scale);
    const right = Math.min(width, (bucket.start + INTERVAL_MS[interval] - from) * scale);
    const w = Math.max(1, right - x - 1);
    let y = DOTS + BARS;
    return (
      <g key={bucket.start} opacity={hovered !== undefined && hovered !== bucket.start ? 0.55 : 1}>
        {OUTCOMES.map((outcome) => {
          const count = bucket.counts[outcome];
          if (!count) return null;
          const h = Math.max(outcome === "success" ? 1 : 2, (count / most) * (BARS - 4));
          y -= h;
          return <rect key={outcome} x={x} y={y} width={w} height={h} fill={FILLS[outcome]} />;
        })}
        {bucket.slowest !== null && (
          <circle
            cx={x + w / 2}
            cy={DOTS - 4 - (Math.log1p(bucket.slowest) / Math.log1p(slowest)) * (DOTS - 8)}
            r={1.5}
            fill="var(--text-3)"
          />
        )}
      </g>
    );
  });
}

/** Thin verticals with a chip: what was changed, in full where the mouse rests on it. */
function Changes({
  marks,
  from,
  to,
  width,
  zone,
}: {
  marks: readonly Mark[];
  from: number;
  to: number;
  width: number;
  zone: string;
}) {
  return marks.map((mark) => {
    const x = ((mark.time - from) / (to - from)) * width;
    const left = x > width - 70;
    return (
      <g key={mark.time} data-change={mark.label}>
        <title>{`${formatClock(mark.time, "minute", zone)}: ${mark.titles.join("\n")}`}</title>
        <line x1={x} x2={x} y1={0} y2={DOTS + BARS} stroke="var(--text-3)" strokeDasharray="2 3" />
        <text x={left ? x - 3 : x + 3} y={9} textAnchor={left ? "end" : "start"} fontSize={10} fill="var(--text-2)">
          {mark.label}
        </text>
      </g>
    );
  });
}

function TimeAxis({ from, to, width, zone }: { from: number; to: number; width: number; zone: string }) {
  const { times, step } = roundTicks(from, to, Math.max(2, Math.floor(width / 90)), zoneOffset(to, zone));
  const text = (time: number) => {
    const minute = formatClock(time, "minute", zone);
    return step >= 86_400_000 || minute === "00:00" ? formatClock(time, "date", zone).slice(5) : minute;
  };
  return (
    <g>
      <line x1={0} x2={width} y1={DOTS + BARS + 0.5} y2={DOTS + BARS + 0.5} stroke="var(--axis)" />
      {times.map((time) => {
        const x = ((time - from) / (to - from)) * width;
        if (x < 16 || x > width - 16) return null;
        return (
          <text key={time} x={x} y={HEIGHT - 2} textAnchor="middle" fontSize={11} fill="var(--text-3)">
            {text(time)}
          </text>
        );
      })}
    </g>
  );
}

function fill(rows: readonly MetricRow[], from: number, to: number, interval: Interval): Bucket[] {
  const byStart = new Map<number, Bucket>();
  for (const start of buckets(from, to, interval))
    byStart.set(start, { start, counts: { success: 0, error: 0, refused: 0 }, total: 0, slowest: null });
  for (const row of rows) {
    const bucket = byStart.get(parseTime(String(row.time)));
    if (!bucket) continue;
    const count = Number(row.traces_count ?? 0);
    bucket.total += count;
    const outcome = OUTCOMES.find((each) => each === row.outcome) ?? "success";
    bucket.counts[outcome] += count;
    const duration = row.duration_max;
    if (typeof duration === "number") bucket.slowest = Math.max(bucket.slowest ?? 0, duration);
  }
  return [...byStart.values()];
}

function sumOf(shown: readonly Bucket[]): Record<Outcome | "total", number> {
  const sums = { success: 0, error: 0, refused: 0, total: 0 };
  for (const bucket of shown) {
    sums.total += bucket.total;
    for (const outcome of OUTCOMES) sums[outcome] += bucket.counts[outcome];
  }
  return sums;
}
