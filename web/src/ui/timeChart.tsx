/** Series over time: flat colours of the tokens, direct labels by the caller, a crosshair, a click that says when. */

import type { EChartsType } from "echarts/core";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { formatClock } from "@/domain/format";
import { usePreference, useTimeZone } from "./preferences";

export interface Series {
  name: string;
  /** A CSS variable: `--series-1`. */
  colour: string;
  kind: "bar" | "line";
  stack?: string;
  /** The stretch below a line is filled. */
  area?: boolean;
  /** Drawn beside another line: thinner and dashed. */
  faint?: boolean;
  points: [number, number | null][];
}

export interface TimeChartProps {
  label: string;
  series: readonly Series[];
  from: number;
  to: number;
  format: (value: number) => string;
  height?: number;
  /** The top of the axis where the values have one: 1 for scores. */
  max?: number;
  /** With the name of the series that was hit, if one was. */
  onPick?: (time: number, series: string | null) => void;
  /** A stretch was drawn over with the mouse. */
  onBrush?: (from: number, to: number) => void;
  /** Thin verticals with a chip. */
  marks?: readonly { time: number; label: string }[];
  /** Gives the chart to who wants a picture of it. */
  onReady?: (chart: EChartsType) => void;
}

/** The canvas knows no variables and old parsers no oklch: the browser itself says which red, green and blue it is. */
function resolveColour(variable: string): string {
  const value = getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (!context) return "#888";
  context.fillStyle = value;
  context.fillRect(0, 0, 1, 1);
  const [r, g, b] = context.getImageData(0, 0, 1, 1).data;
  return `rgb(${r}, ${g}, ${b})`;
}

export function TimeChart(props: TimeChartProps) {
  const { label, series, from, to, format, height = 132, max, marks, onPick, onBrush, onReady } = props;
  const box = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<EChartsType | null>(null);
  const [theme] = usePreference("theme");
  const zone = useTimeZone();
  useEffect(() => {
    let made: EChartsType | undefined;
    let gone = false;
    const observer = new ResizeObserver(() => made?.resize());
    void import("./chartCore").then(({ init }) => {
      if (gone || !box.current) return;
      made = init(box.current);
      observer.observe(box.current);
      setChart(made);
    });
    return () => {
      gone = true;
      observer.disconnect();
      made?.dispose();
    };
  }, []);
  const option = useMemo(
    () => ({ theme, build: () => optionOf({ series, from, to, format, max, marks }, zone) }),
    [series, from, to, format, max, marks, zone, theme],
  );
  const [drawn, setDrawn] = useState(false);
  useEffect(() => {
    if (!chart) return;
    chart.setOption(option.build(), { notMerge: true });
    setDrawn(true);
  }, [chart, option]);
  useEffect(() => {
    if (chart) onReady?.(chart);
  }, [chart, onReady]);
  const brush = useBrush(chart, { from, to, onPick, onBrush });
  return (
    <div className="relative w-full min-w-0">
      <div ref={box} role="img" aria-label={label} aria-busy={!drawn} style={{ height }} className="w-full min-w-0" />
      {brush && (
        <div
          className="pointer-events-none absolute top-2.5 bottom-0 bg-accent-soft opacity-60"
          style={{ left: brush.left, width: brush.width }}
        />
      )}
    </div>
  );
}

/** Less than this is a click. */
const LEAST_BRUSH_PX = 6;

type Mouse = { offsetX: number; offsetY: number };

/** A click picks a moment (and a series), a drag picks a stretch; gives the stretch while it is drawn. */
function useBrush(
  chart: EChartsType | null,
  { from, to, onPick, onBrush }: Pick<TimeChartProps, "from" | "to" | "onPick" | "onBrush">,
): { left: number; width: number } | null {
  const [shown, setShown] = useState<{ left: number; width: number } | null>(null);
  // Read when the mouse acts: a page that is drawn anew while somebody drags does not break the drag.
  const latest = useRef({ from, to, onPick, onBrush });
  useLayoutEffect(() => {
    latest.current = { from, to, onPick, onBrush };
  });
  useEffect(() => {
    if (!chart) return;
    const zr = chart.getZr();
    let start: number | null = null;
    let hit: string | null = null;
    let moved = false;
    const timeAt = (x: number): number | null => {
      const at = chart.convertFromPixel({ gridIndex: 0 }, [x, 20]);
      return Array.isArray(at) && typeof at[0] === "number"
        ? Math.min(latest.current.to, Math.max(latest.current.from, at[0]))
        : null;
    };
    const down = (event: Mouse) => {
      // The engine tells of no click at the end of a longer drag, so the next press begins anew.
      moved = false;
      start = latest.current.onBrush ? event.offsetX : null;
    };
    const move = (event: Mouse) => {
      if (start === null || Math.abs(event.offsetX - start) < LEAST_BRUSH_PX) return;
      setShown({ left: Math.min(start, event.offsetX), width: Math.abs(event.offsetX - start) });
    };
    const up = (event: Mouse) => {
      const began = start;
      start = null;
      setShown(null);
      if (began === null || Math.abs(event.offsetX - began) < LEAST_BRUSH_PX) return;
      const [a, b] = [timeAt(Math.min(began, event.offsetX)), timeAt(Math.max(began, event.offsetX))];
      if (a !== null && b !== null && b > a) latest.current.onBrush?.(a, b);
      moved = true;
    };
    const pick = (event: Mouse) => {
      const at = timeAt(event.offsetX);
      if (at !== null && !moved) latest.current.onPick?.(at, hit);
      moved = false;
      hit = null;
    };
    const leave = () => {
      start = null;
      setShown(null);
    };
    const seriesHit = (event: { seriesName?: string }) => {
      hit = event.seriesName ?? null;
    };
    chart.on("click", seriesHit);
    zr.on("mousedown", down);
    zr.on("mousemove", move);
    zr.on("mouseup", up);
    zr.on("globalout", leave);
    zr.on("click", pick);
    return () => {
      chart.off("click", seriesHit);
      zr.off("mousedown", down);
      zr.off("mousemove", move);
      zr.off("mouseup", up);
      zr.off("globalout", leave);
      zr.off("click", pick);
    };
  }, [chart]);
  return shown;
}

type Inputs = Pick<TimeChartProps, "series" | "from" | "to" | "format" | "max" | "marks">;

interface TipItem {
  seriesName?: string;
  color?: unknown;
  value: unknown;
}

function optionOf(
  { series, from, to, format, max, marks = [] }: Inputs,
  zone: string,
): Parameters<EChartsType["setOption"]>[0] {
  const text = resolveColour("--text-3");
  const long = to - from > 2 * 86_400_000;
  return {
    animation: false,
    grid: { left: 4, right: 8, top: marks.length ? 26 : 10, bottom: 2, containLabel: true },
    textStyle: { fontFamily: "Inter Variable, Inter, system-ui, sans-serif", fontSize: 11 },
    xAxis: {
      type: "time",
      min: from,
      max: to,
      axisLine: { lineStyle: { color: resolveColour("--axis") } },
      axisTick: { show: false },
      splitLine: { show: false },
      axisLabel: {
        color: text,
        fontSize: 11,
        hideOverlap: true,
        formatter: (time: number) =>
          long ? formatClock(time, "date", zone).slice(5) : formatClock(time, "minute", zone),
      },
    },
    yAxis: {
      type: "value",
      min: 0,
      max,
      ...(max === undefined ? { splitNumber: 3 } : { interval: max / 4 }),
      axisLabel: { color: text, fontSize: 11, formatter: (value: number) => format(value) },
      splitLine: { lineStyle: { color: resolveColour("--grid") } },
    },
    tooltip: {
      trigger: "axis",
      confine: true,
      axisPointer: { type: "line", lineStyle: { color: resolveColour("--n-7"), type: "solid" } },
      backgroundColor: resolveColour("--bg-raised"),
      borderColor: resolveColour("--border"),
      textStyle: { color: resolveColour("--text"), fontSize: 12 },
      renderMode: "richText",
      formatter: (items: unknown) => tip(items as TipItem[], format, zone),
    },
    series: series.map((each, place) => ({
      name: each.name,
      type: each.kind,
      stack: each.stack,
      data: each.points,
      color: resolveColour(each.colour),
      symbol: "circle",
      symbolSize: 3,
      showSymbol: each.points.length < 40,
      connectNulls: false,
      lineStyle: each.faint ? { width: 1.25, type: "dashed" } : { width: 1.5 },
      ...(each.area ? { areaStyle: { opacity: 0.55 } } : {}),
      ...(place === 0 && marks.length ? { markLine: markLineOf(marks) } : {}),
      barCategoryGap: "20%",
      emphasis: { disabled: true },
      large: each.kind === "bar" && each.points.length > 400,
    })),
  };
}

function markLineOf(marks: readonly { time: number; label: string }[]) {
  return {
    silent: true,
    symbol: "none",
    animation: false,
    lineStyle: { color: resolveColour("--text-3"), type: "solid" as const, width: 1, opacity: 0.6 },
    label: {
      position: "end" as const,
      distance: 2,
      fontSize: 10,
      color: resolveColour("--text-2"),
      backgroundColor: resolveColour("--n-3"),
      borderRadius: 3,
      padding: [2, 4] as [number, number],
    },
    data: marks.map((mark) => ({
      xAxis: mark.time,
      label: { formatter: () => plain(mark.label).slice(0, 14) },
    })),
  };
}

/** Names come from recorded data, so the tip is drawn as text on the canvas, never as HTML. */
function tip(items: TipItem[], format: (value: number) => string, zone: string): string {
  const first = items[0];
  const at = Array.isArray(first?.value) ? Number(first.value[0]) : 0;
  const lines = items.flatMap((item) => {
    const value = Array.isArray(item.value) ? item.value[1] : null;
    return typeof value === "number" && value !== 0 ? [`${plain(item.seriesName ?? "")}  ${format(value)}`] : [];
  });
  return [`${formatClock(at, "date", zone)} ${formatClock(at, "minute", zone)}`, ...lines].join("\n");
}

function plain(name: string): string {
  return name.replace(/[{}|]/g, " ").slice(0, 60);
}
