/** Series over time: flat colours of the tokens, direct labels by the caller, a crosshair, a click that says when. */

import type { EChartsType } from "echarts/core";
import { useEffect, useMemo, useRef, useState } from "react";
import { formatClock } from "@/domain/format";
import { usePreference, useTimeZone } from "./preferences";

export interface Series {
  name: string;
  /** A CSS variable: `--series-1`. */
  colour: string;
  kind: "bar" | "line";
  stack?: string;
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
  onPick?: (time: number) => void;
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
  const { label, series, from, to, format, height = 132, max, onPick } = props;
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
    () => ({ theme, build: () => optionOf({ series, from, to, format, max }, zone) }),
    [series, from, to, format, max, zone, theme],
  );
  useEffect(() => {
    chart?.setOption(option.build(), { notMerge: true });
  }, [chart, option]);
  useEffect(() => {
    if (!chart || !onPick) return;
    const zr = chart.getZr();
    const pick = (event: { offsetX: number; offsetY: number }) => {
      const at = chart.convertFromPixel({ gridIndex: 0 }, [event.offsetX, event.offsetY]);
      if (Array.isArray(at) && typeof at[0] === "number") onPick(at[0]);
    };
    zr.on("click", pick);
    return () => zr.off("click", pick);
  }, [chart, onPick]);
  return <div ref={box} role="img" aria-label={label} style={{ height }} className="w-full min-w-0" />;
}

type Inputs = Pick<TimeChartProps, "series" | "from" | "to" | "format" | "max">;

interface TipItem {
  seriesName?: string;
  color?: unknown;
  value: unknown;
}

function optionOf({ series, from, to, format, max }: Inputs, zone: string): Parameters<EChartsType["setOption"]>[0] {
  const text = resolveColour("--text-3");
  const long = to - from > 2 * 86_400_000;
  return {
    animation: false,
    grid: { left: 4, right: 8, top: 10, bottom: 2, containLabel: true },
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
    series: series.map((each) => ({
      name: each.name,
      type: each.kind,
      stack: each.stack,
      data: each.points,
      color: resolveColour(each.colour),
      symbol: "circle",
      symbolSize: 3,
      showSymbol: each.points.length < 40,
      connectNulls: false,
      lineStyle: { width: 1.5 },
      barCategoryGap: "20%",
      emphasis: { disabled: true },
      large: each.kind === "bar" && each.points.length > 400,
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
