/** What a widget shows of its answer: a chart over time, a number, bars, a table, or the worst segments. */

import type { EChartsType } from "echarts/core";
import { useCallback, useMemo } from "react";
import type { WidgetAnswer } from "@/api/dashboards";
import {
  drillFilter,
  formatTick,
  formatValue,
  type Group,
  groupsOf,
  isCount,
  isTimed,
  keyOf,
  type Line,
  linesOf,
  measureLabel,
  type Row,
  segmentsOf,
  unitOf,
  type Widget,
} from "@/domain/dashboards";
import { formatCount } from "@/domain/format";
import { changeOf, changeText } from "@/domain/series";
import { INTERVAL_MS } from "@/domain/timeRange";
import { cx } from "@/ui/classes";
import { type Series, TimeChart } from "@/ui/timeChart";
import { useInterval, usePageScope } from "./useWidget";

export interface BodyProps {
  widget: Widget;
  answer: WidgetAnswer;
  before: WidgetAnswer | undefined;
  height: number;
  onChart?: (chart: EChartsType) => void;
}

export function WidgetBody(props: BodyProps) {
  const { widget, answer } = props;
  if (!hasValues(answer.data, widget)) {
    return (
      <p className="grid h-full place-items-center px-4 text-center text-label text-fg-3">
        Nothing was recorded for this in the time range.
      </p>
    );
  }
  if (isTimed(widget)) return <OverTime {...props} />;
  if (widget.chart === "number") return <OneNumber {...props} />;
  if (widget.chart === "top") return <Bars {...props} />;
  if (widget.chart === "segments") return <Segments {...props} />;
  return <Values {...props} />;
}

function hasValues(rows: readonly Row[], widget: Widget): boolean {
  // Counted and found none is an answer; a mean of nothing is not.
  if (widget.chart === "number" && widget.measures.every(isCount)) return true;
  return rows.some((row) => widget.measures.some((measure) => typeof row[keyOf(measure)] === "number"));
}

const colourOf = (place: number, other: boolean) => (other || place > 7 ? "--series-other" : `--series-${place + 1}`);

function OverTime({ widget, answer, before, height, onChart }: BodyProps) {
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

function OneNumber({ widget, answer, before }: BodyProps) {
  const { onDrill, range, filter } = usePageScope();
  return (
    <div className="flex h-full flex-wrap items-center gap-x-6 gap-y-1">
      {widget.measures.map((measure) => {
        const now = numberIn(answer.data[0], keyOf(measure)) ?? (isCount(measure) ? 0 : null);
        const then = numberIn(before?.data[0], keyOf(measure));
        const change = changeOf(now, then);
        const worse =
          change !== null &&
          Math.abs(change) >= 0.1 &&
          widget.better !== "" &&
          change > 0 === (widget.better === "less");
        return (
          <button
            key={keyOf(measure)}
            type="button"
            disabled={!onDrill}
            className="flex items-baseline gap-2 text-left"
            onClick={() => onDrill?.(drillFilter(filter, widget, null), range.from, range.to)}
          >
            <span className="text-[22px] leading-7 font-semibold tracking-tight">
              {formatValue(unitOf(measure), now)}
            </span>
            {change !== null && (
              <span
                className={cx("text-label", worse ? "text-error" : "text-fg-3")}
                title={`${formatValue(unitOf(measure), then)} in the period of the same length before`}
              >
                {change > 0 ? "▲" : change < 0 ? "▼" : ""} {changeText(change)}
              </span>
            )}
          </button>
        );
      })}
    </div>
  );
}

function numberIn(row: Row | undefined, key: string): number | null {
  const value = row?.[key];
  return typeof value === "number" ? value : null;
}

function useDrill(widget: Widget) {
  const { onDrill, range, filter } = usePageScope();
  return onDrill
    ? (group: Group) => onDrill(drillFilter(filter, widget, group), range.from, range.to)
    : () => undefined;
}

function Name({ group, onOpen }: { group: Group; onOpen: (group: Group) => void }) {
  return (
    <button
      type="button"
      className={cx("recorded cut text-left hover:underline", group.values.every((value) => !value) && "text-fg-3")}
      title={group.name}
      onClick={() => onOpen(group)}
    >
      {group.name}
    </button>
  );
}

function Bars({ widget, answer, before }: BodyProps) {
  const [first] = widget.measures;
  const { compare } = usePageScope();
  const open = useDrill(widget);
  const groups = groupsOf(answer.data, widget);
  if (!first) return null;
  const measured = (group: Group | undefined) => numberIn(group?.rows[0], keyOf(first));
  const earlier = new Map(groupsOf(before?.data ?? [], widget).map((group) => [group.name, measured(group)]));
  const top = Math.max(0, ...groups.map((group) => measured(group) ?? 0));
  return (
    <Scroll label={widget.title}>
      <ul className="grid grid-cols-[minmax(0,38%)_1fr_auto] items-center gap-x-3 text-label">
        {groups
          .filter((group) => measured(group) !== null)
          .map((group) => (
            <li key={group.name} className="contents">
              <Name group={group} onOpen={open} />
              <span className="block h-3 rounded-bar bg-n3">
                <span
                  className="block h-full rounded-bar bg-[var(--series-1)]"
                  style={{ width: `${top > 0 ? (100 * (measured(group) ?? 0)) / top : 0}%` }}
                />
              </span>
              <span className="num h-6 leading-6">
                {formatValue(unitOf(first), measured(group))}
                {compare && <Change now={measured(group)} then={earlier.get(group.name) ?? null} />}
              </span>
            </li>
          ))}
      </ul>
    </Scroll>
  );
}

function Change({ now, then }: { now: number | null; then: number | null }) {
  const change = changeOf(now, then);
  return (
    <span className="inline-block w-16 text-fg-3">
      {change === null ? "" : `${change > 0 ? "▲" : change < 0 ? "▼" : ""} ${changeText(change)}`}
    </span>
  );
}

function Segments({ widget, answer }: BodyProps) {
  const [first] = widget.measures;
  const open = useDrill(widget);
  const segments = segmentsOf(answer.data, widget);
  if (!first) return null;
  const unit = unitOf(first);
  const top = Math.max(1e-9, ...segments.map(({ value, interval }) => interval?.high ?? value));
  const at = (value: number) => `${(100 * value) / top}%`;
  return (
    <Scroll label={widget.title}>
      <table className="w-full text-label">
        <thead className="text-micro text-fg-3">
          <tr>
            <th className="pb-1 text-left font-medium">{widget.dimensions.join(" · ")}</th>
            <th className="w-[34%] pb-1 text-left font-medium">95 % interval</th>
            <th className="num pb-1 font-medium">{measureLabel(first)}</th>
            <th className="num pb-1 pl-3 font-medium">Cases</th>
          </tr>
        </thead>
        <tbody>
          {segments.map(({ group, value, cases, interval }) => (
            <tr key={group.name} className="h-6">
              <td className="max-w-0 pr-3">
                <span className="flex">
                  <Name group={group} onOpen={open} />
                </span>
              </td>
              <td>
                <span className="relative block h-3">
                  {interval && (
                    <span
                      className="absolute top-1 h-1 rounded-bar bg-[var(--n-6)]"
                      style={{ left: at(interval.low), width: at(interval.high - interval.low) }}
                    />
                  )}
                  <span
                    className="absolute top-0 h-3 w-[3px] rounded-bar bg-[var(--series-1)]"
                    style={{ left: at(value) }}
                  />
                </span>
              </td>
              <td
                className="num"
                title={
                  interval ? `${formatValue(unit, interval.low)} to ${formatValue(unit, interval.high)}` : "no interval"
                }
              >
                {formatValue(unit, value)}
              </td>
              <td className="num pl-3 text-fg-2">{formatCount(cases)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Values({ widget, answer }: BodyProps) {
  const open = useDrill(widget);
  const groups = groupsOf(answer.data, widget);
  return (
    <Scroll label={widget.title}>
      <table className="w-full text-label">
        <thead className="text-micro text-fg-3">
          <tr>
            <th className="pb-1 text-left font-medium">{widget.dimensions.join(" · ") || "All"}</th>
            {widget.measures.map((measure) => (
              <th key={keyOf(measure)} className="num pb-1 pl-3 font-medium">
                {measureLabel(measure)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <tr key={group.name} className="h-6 border-t border-grid">
              <td className="max-w-0 pr-3">
                <span className="flex">
                  <Name group={group} onOpen={open} />
                </span>
              </td>
              {widget.measures.map((measure) => (
                <td key={keyOf(measure)} className="num pl-3">
                  {formatValue(unitOf(measure), numberIn(group.rows[0], keyOf(measure)))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Scroll({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div tabIndex={0} role="region" aria-label={`Values of ${label}`} className="h-full overflow-auto">
      {children}
    </div>
  );
}
