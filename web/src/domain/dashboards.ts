/** What a widget asks, what its rows mean, and which traces stand behind a point. Pure. */

import { quote } from "./filterText";
import {
  formatAxisMoney,
  formatCompact,
  formatCount,
  formatDuration,
  formatMoney,
  formatScore,
  formatShare,
  parseTime,
} from "./format";
import { meanInterval } from "./interval";
import { buckets, INTERVAL_MS, type Interval } from "./timeRange";

export const CHARTS = ["line", "area", "bar", "number", "top", "table", "segments"] as const;
export type Chart = (typeof CHARTS)[number];
export const CHART_LABELS: Record<Chart, string> = {
  line: "Lines over time",
  area: "Areas over time",
  bar: "Bars over time",
  number: "One number",
  top: "Bars by value",
  table: "Table",
  segments: "Worst segments",
};

export interface Measure {
  measure: string;
  aggregation: string;
}

export interface Widget {
  id: string;
  title: string;
  chart: Chart;
  measures: Measure[];
  dimensions: string[];
  filter: string;
  interval: string;
  series: number;
  smooth: number;
  better: "" | "more" | "less";
  help: string;
  x: number;
  y: number;
  w: number;
  h: number;
}

export type Row = Record<string, unknown>;
export type Points = [number, number | null][];

export const isTimed = (widget: Widget) => ["line", "area", "bar"].includes(widget.chart);
export const keyOf = ({ measure, aggregation }: Measure) => `${measure}_${aggregation}`;

/** The measures that are asked for: segments need the number of cases beside them. */
export function askedMeasures(widget: Widget): Measure[] {
  const [first] = widget.measures;
  if (widget.chart !== "segments" || !first) return widget.measures;
  const cases = casesOf(first);
  return widget.measures.some((one) => keyOf(one) === keyOf(cases)) ? widget.measures : [...widget.measures, cases];
}

function casesOf(measure: Measure): Measure {
  return { measure: measure.measure.startsWith("score:") ? measure.measure : "spans", aggregation: "count" };
}

/** Filters that must all hold, as one. */
export function both(...filters: string[]): string {
  const parts = filters.map((part) => part.trim()).filter(Boolean);
  return parts.length > 1
    ? parts.map((part) => (/\sOR\s/.test(part) ? `(${part})` : part)).join(" ")
    : (parts[0] ?? "");
}

/** The interval of a widget in a range. */
export function intervalOf(widget: Widget, auto: Interval): Interval {
  const chosen = widget.interval;
  return chosen && chosen !== "auto" && chosen in INTERVAL_MS ? (chosen as Interval) : auto;
}

/** Means over days need the days before the range. */
export function askedFrom(widget: Widget, from: number, interval: Interval): number {
  return widget.smooth > 1 ? from - (widget.smooth - 1) * INTERVAL_MS[interval] : from;
}

export type Unit = "money" | "time" | "share" | "score" | "count";

export function unitOf({ measure, aggregation }: Measure): Unit {
  if (aggregation === "rate") return "share";
  if (aggregation === "count" || aggregation === "uniq") return "count";
  if (measure === "cost" || measure === "reported_cost") return "money";
  if (measure === "duration" || measure === "ttft") return "time";
  return measure.startsWith("score:") ? "score" : "count";
}

export function formatValue(unit: Unit, value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  if (unit === "money") return formatMoney(value);
  if (unit === "time") return formatDuration(value);
  if (unit === "share") return formatShare(value, 1);
  if (unit === "score") return formatScore(value);
  return Math.abs(value) < 100 && !Number.isInteger(value) ? value.toFixed(2) : formatCount(value);
}

export function formatTick(unit: Unit, value: number): string {
  if (unit === "count") return formatCompact(value);
  if (unit === "money") return formatAxisMoney(value);
  return formatValue(unit, value);
}

const MEASURE_LABELS: Record<string, string> = {
  spans: "Steps",
  traces: "Traces",
  sessions: "Sessions",
  users: "Users",
  errors: "Errors",
  refusals: "Refused",
  unpriced: "Unpriced calls",
  cost: "Spend",
  tokens: "Tokens",
  input_tokens: "Input tokens",
  output_tokens: "Output tokens",
  duration: "Duration",
  ttft: "First token",
  document_count: "Documents",
  usage_input: "Fresh input",
  usage_cache_read: "Cache read",
  usage_cache_write: "Cache write",
  usage_output: "Output",
  usage_reasoning: "Reasoning",
};

const RATE_LABELS: Record<string, string> = { errors: "Error", refusals: "Refusal", unpriced: "Unpriced" };

/** A measure in words: `Duration p95`, `Spend`, `thumbs mean`. */
export function measureLabel({ measure, aggregation }: Measure): string {
  const name = measure.startsWith("score:") ? measure.slice(6) : (MEASURE_LABELS[measure] ?? measure);
  if (aggregation === "sum" || (aggregation === "count" && !measure.startsWith("score:")) || aggregation === "uniq")
    return name;
  if (aggregation === "rate") return `${RATE_LABELS[measure] ?? name} rate`;
  return `${name} ${aggregation === "avg" ? "mean" : aggregation}`;
}

export interface Group {
  /** The values of the dimensions; null where a span has none. */
  values: (string | null)[];
  other: boolean;
  name: string;
  rows: Row[];
}

/** Rows by the values of the dimensions, the largest first by the first measure; "other" is last. */
export function groupsOf(rows: readonly Row[], widget: Widget): Group[] {
  const [first] = widget.measures;
  const groups = new Map<string, Group & { total: number }>();
  for (const row of rows) {
    const other = row.other === true;
    const values = widget.dimensions.map((dimension) => (row[dimension] as string | null) ?? null);
    const key = JSON.stringify([other, values]);
    const group = groups.get(key) ?? { values, other, name: nameOf(values, other), rows: [], total: 0 };
    group.rows.push(row);
    const value = first ? row[keyOf(first)] : null;
    if (typeof value === "number") group.total += value;
    groups.set(key, group);
  }
  return [...groups.values()].sort(
    (a, b) => Number(a.other) - Number(b.other) || b.total - a.total || a.name.localeCompare(b.name),
  );
}

function nameOf(values: readonly (string | null)[], other: boolean): string {
  if (other) return "other";
  return values.map((value) => value || "not named").join(" · ");
}

export interface Line {
  name: string;
  measure: Measure;
  /** Null for the mean that runs beside a line. */
  group: Group | null;
  smooth: boolean;
  points: Points;
}

/** The lines of a chart over time: each measure of each group, and beside it its trailing mean. */
export function linesOf(
  rows: readonly Row[],
  widget: Widget,
  range: { from: number; to: number },
  interval: Interval,
): Line[] {
  const groups = groupsOf(rows, widget);
  const split = widget.dimensions.length > 0;
  return groups.flatMap((group) =>
    widget.measures.flatMap((measure) => {
      const label = measureLabel(measure);
      const name = !split ? label : widget.measures.length > 1 ? `${group.name}, ${label}` : group.name;
      const all = pointsOf(group.rows, measure, askedFrom(widget, range.from, interval), range.to, interval);
      const within = (points: Points) => points.filter(([time]) => time >= range.from - INTERVAL_MS[interval]);
      const line: Line = { name, measure, group, smooth: false, points: within(all) };
      if (widget.smooth <= 1) return [line];
      const points = within(trailingMean(all, widget.smooth));
      return [line, { name: `${name}, mean of ${widget.smooth}`, measure, group: null, smooth: true, points }];
    }),
  );
}

export const isCount = ({ aggregation }: Measure) => aggregation === "count" || aggregation === "uniq";

/** Whether a time without rows is a zero: sums and counts, but not means, percentiles and shares. */
function emptyOf({ aggregation, measure }: Measure): number | null {
  if (isCount({ aggregation, measure })) return 0;
  return aggregation === "sum" && !measure.startsWith("score:") ? 0 : null;
}

function pointsOf(rows: readonly Row[], measure: Measure, from: number, to: number, interval: Interval): Points {
  const values = new Map<number, number>();
  for (const row of rows) {
    const value = row[keyOf(measure)];
    if (typeof value === "number") values.set(parseTime(String(row.time)), value);
  }
  return buckets(from, to, interval).map((start) => [start, values.get(start) ?? emptyOf(measure)]);
}

/** The mean of the last `length` points that have a value; null where none of them has. */
export function trailingMean(points: Points, length: number): Points {
  return points.map(([time], index) => {
    const values = points.slice(Math.max(0, index - length + 1), index + 1).flatMap(([, value]) => value ?? []);
    return [time, values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null];
  });
}

/** The filter on the traces behind a group of a widget. */
export function drillFilter(page: string, widget: Widget, group: Group | null): string {
  const terms =
    group && !group.other
      ? widget.dimensions.map((dimension, place) => {
          const value = group.values[place];
          return value ? `${dimension}:${quote(value)}` : `-has:${dimension}`;
        })
      : [];
  const [first] = widget.measures;
  if (first?.measure === "errors") terms.push("outcome:error");
  if (first?.measure === "refusals") terms.push("outcome:refused");
  if (first?.measure.startsWith("score:")) terms.push(`has:score.${first.measure.slice(6)}`);
  return both(page, widget.filter, terms.join(" "));
}

export interface Segment {
  group: Group;
  value: number;
  cases: number;
  interval: { low: number; high: number } | null;
}

/** Segments with the worst first, by the end of the interval that is sure: few cases do not make a scandal. */
export function segmentsOf(rows: readonly Row[], widget: Widget): Segment[] {
  const [first] = widget.measures;
  if (!first) return [];
  const segments = groupsOf(rows, widget).flatMap((group) => {
    const row = group.rows[0];
    const value = row?.[keyOf(first)];
    const cases = row?.[keyOf(casesOf(first))];
    if (group.other || typeof value !== "number" || typeof cases !== "number" || cases === 0) return [];
    return [{ group, value, cases, interval: meanInterval(value, cases) }];
  });
  const sure = ({ value, interval }: Segment) =>
    widget.better === "more" ? (interval?.high ?? value) : -(interval?.low ?? value);
  return segments.sort((a, b) => sure(a) - sure(b) || b.cases - a.cases);
}

export interface Mark {
  time: number;
  /** What is written on the chip. */
  label: string;
  titles: string[];
}

/** Changes as marks; those that would stand on top of each other become one. */
export function marksOf(
  events: readonly { time: string; kind: string; title: string }[],
  { from, to }: { from: number; to: number },
  most = 14,
): Mark[] {
  const width = (to - from) / most;
  const sorted = events
    .map((event) => ({ ...event, at: parseTime(event.time) }))
    .filter(({ at }) => at >= from && at <= to)
    .sort((a, b) => a.at - b.at);
  const marks: Mark[] = [];
  let start = Number.NEGATIVE_INFINITY;
  for (const event of sorted) {
    const last = marks.at(-1);
    if (last && event.at - start < width) {
      last.titles.push(event.title);
      last.label = `${last.titles.length} changes`;
    } else {
      start = event.at;
      marks.push({ time: event.at, label: KIND_LABELS[event.kind] ?? event.kind, titles: [event.title] });
    }
  }
  return marks;
}

const KIND_LABELS: Record<string, string> = {
  prompt_label: "prompt",
  fingerprint: "prompt text",
  index_version: "index",
  prompt_version: "prompt version",
  system_fingerprint: "provider",
  tool_schema: "tool schema",
  feature_flag: "flag",
};

/** Rows as a spreadsheet reads them; a value that it would run as a formula is disarmed. */
export function csvOf(rows: readonly Row[], widget: Widget): string {
  const columns = [...(isTimed(widget) ? ["time"] : []), ...widget.dimensions, ...askedMeasures(widget).map(keyOf)];
  const line = (cells: readonly unknown[]) => cells.map(cell).join(",");
  return `${[line(columns), ...rows.map((row) => line(columns.map((name) => row[name])))].join("\r\n")}\r\n`;
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text = String(value);
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

/** A widget that stands nowhere yet. */
export type NewWidget = Omit<Widget, "id" | "x" | "y">;

export const NEW_WIDGET: NewWidget = {
  title: "",
  chart: "line",
  measures: [{ measure: "cost", aggregation: "sum" }],
  dimensions: [],
  filter: "",
  interval: "auto",
  series: 8,
  smooth: 0,
  better: "",
  help: "",
  w: 6,
  h: 4,
};

/** What a measure can be asked for. */
export function aggregationsOf(measure: string): string[] {
  if (["traces", "sessions", "users"].includes(measure)) return ["uniq", "count"];
  if (measure === "spans") return ["count"];
  if (["errors", "refusals", "unpriced"].includes(measure)) return ["rate", "count"];
  return ["sum", "avg", "p50", "p90", "p95", "p99", "min", "max", "count"];
}

export const MEASURES = Object.keys(MEASURE_LABELS);

/** The question of a table, as a widget: what it shows of each value. */
export function tableWidget(title: string, dimensions: readonly string[], measures: string, filter = ""): NewWidget {
  return {
    ...NEW_WIDGET,
    title,
    chart: "table",
    dimensions: [...dimensions],
    measures: measuresOf(measures),
    filter,
    series: 20,
  };
}

/** Measures from short words: `cost.sum errors.rate`. */
export function measuresOf(words: string): Measure[] {
  return words.split(" ").map((word) => {
    const at = word.lastIndexOf(".");
    return { measure: word.slice(0, at), aggregation: word.slice(at + 1) };
  });
}
