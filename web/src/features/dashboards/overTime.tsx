/** A chart over time: its series, the period before, marks, and what a click on it means. */

import { useCallback, useMemo } from "react";
import { drillFilter, formatTick, type Line, linesOf, unitOf, type Widget } from "@/domain/dashboards";
import { INTERVAL_MS } from "@/domain/timeRange";
import { type Series, TimeChart } from "@/ui/timeChart";
import { type BodyProps, useInterval, usePageScope } from "./useWidget";

const colourOf = (place: number, other: boolean) => (other || place > 7 ? "--series-other" : `--series-${place + 1}`);

export function OverTime({ widget, answer, before, height, onChart }: BodyProps) {
  const { range, marks, compare, onBrush, onDrill, filter } = usePageScope();
  const interval = useInterval(widget);
  const [first] = widget.measures;
  const unit = first ? unitOf(first) : "count";
  const lines = useMemo(() => linesOf(answer.data, widget, range, interval), [answer.data, widget, range, interval]);
  const width = range.to - range.from;
  const earlier = useMemo(() => {
    if (!compare || !before) return [];
    const then = { from: range.from - width, to: range.from };
    return linesOf(before.data, { ...widget, smooth: 0 }, then, interval).map((line) => ({
      ...line,
      points: line.points.map(([time, value]): [number, number | null] => [time + width, value]),
    }));
  }, [before, compare, widget, range, width, interval]);
  const series = useMemo(() => seriesOf(lines, earlier, widget), [lines, earlier, widget]);
  const pick = useCallback(
    (time: number, name: string | null) => {
      const start = Math.floor(time / INTERVAL_MS[interval]) * INTERVAL_MS[interval];
      const line = lines.find((one) => one.name === name) ?? (lines.length === 1 ? lines[0] : undefined);
      onDrill?.(drillFilter(filter, widget, line?.group ?? null), start, start + INTERVAL_MS[interval]);
    },
    [interval, lines, onDrill, filter, widget],
  );
  const format = useCallback((value: number) => formatTick(unit, value), [unit]);
  const legend = lines.length > 1;
  return (
    <div className="flex h-full flex-col">
      <TimeChart
        label={`${widget.title} over time`}
        series={series}
        from={range.from}
        to={range.to}
        format={format}
        height={height - (legend ? 24 : 0)}
        marks={marks}
        {...(unit === "share" || unit === "score" ? { max: topOf(series) } : {})}
        {...(onDrill ? { onPick: pick } : {})}
        {...(onBrush ? { onBrush } : {})}
        {...(onChart ? { onReady: onChart } : {})}
      />
      {legend && <Legend lines={lines} />}
    </div>
  );
}

/** Shares and scores between 0 and 1 keep their axis where they come near its end. */
function topOf(series: readonly Series[]): number | undefined {
  const top = Math.max(0, ...series.flatMap(({ points }) => points.flatMap(([, value]) => value ?? [])));
  return top > 0.5 && top <= 1 ? 1 : undefined;
}

function seriesOf(lines: readonly Line[], earlier: readonly Line[], widget: Widget): Series[] {
  const bars = widget.chart === "bar";
  const stacked = widget.chart !== "line";
  let place = -1;
  const shown = lines.map((line): Series => {
    if (!line.smooth) place++;
    return {
      name: line.name,
      colour: line.smooth ? "--text-2" : colourOf(place, line.group?.other ?? false),
      kind: bars && !line.smooth ? "bar" : "line",
      points: line.points,
      ...(stacked && !line.smooth ? { stack: "all" } : {}),
      ...(widget.chart === "area" && !line.smooth ? { area: true } : {}),
    };
  });
  const total = earlier.length > 1 && stacked ? [summed(earlier)] : earlier;
  const then = total.map(
    (line): Series => ({
      name: `${total.length > 1 || !stacked ? line.name : "all"}, period before`,
      colour: "--text-3",
      kind: "line",
      faint: true,
      points: line.points,
    }),
  );
  return [...shown, ...then];
}

function summed(lines: readonly Line[]): Line {
  const [first] = lines as [Line];
  return {
    ...first,
    points: first.points.map(([time], at) => [time, lines.reduce((sum, line) => sum + (line.points[at]?.[1] ?? 0), 0)]),
  };
}

function Legend({ lines }: { lines: readonly Line[] }) {
  const shown = lines.filter((line) => !line.smooth);
  return (
    <ul className="flex h-6 min-w-0 items-center gap-3 overflow-hidden text-micro text-fg-2">
      {shown.map((line, place) => (
        <li key={line.name} className="flex min-w-0 items-center gap-1" title={line.name}>
          <span
            className="size-2 shrink-0 rounded-bar"
            style={{ background: `var(${colourOf(place, line.group?.other ?? false)})` }}
          />
          <span className="recorded cut">{line.name}</span>
        </li>
      ))}
      {lines.some((line) => line.smooth) && (
        <li className="flex shrink-0 items-center gap-1">
          <span className="h-0.5 w-3 shrink-0 bg-fg-2" />
          mean
        </li>
      )}
    </ul>
  );
}
