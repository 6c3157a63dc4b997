/** Rules and values in words. */

import { formatCompact, formatDuration, formatMoney } from "./format";

export interface RuleWords {
  kind: string;
  measure?: string;
  condition?: string;
  filter?: string;
  per_trace?: boolean;
  statistic?: string;
  dimension?: string;
  direction?: string;
  threshold?: number;
  window_s?: number;
  reference_s?: number;
  period?: string;
  false_alarm_days?: number;
}

export const KINDS: readonly (readonly [string, string])[] = [
  ["absolute", "a fixed value"],
  ["relative", "the average before"],
  ["day_over_day", "the same time yesterday"],
  ["baseline", "a captured baseline"],
  ["decline", "itself, week by week"],
  ["budget", "a budget"],
  ["unexpected", "what is expected"],
  ["no_data", "silence"],
  ["always_valid", "normal, always valid"],
  ["drift", "the first two weeks, all signals"],
  ["probes", "the reference of probe sets"],
];

export const SEVERITIES = ["critical", "high", "medium", "low"] as const;

const DRIFTS: Readonly<Record<string, string>> = {
  "drift:error": "each signal of quality",
  "drift:warning": "each signal of questions, lengths, latency and cost",
  "drift:info": "each signal for information",
};

const COMPARED = new Set(["relative", "day_over_day", "baseline"]);

/** A length of time: `5 min`, `1 h`, `7 d`. */
export function formatSpan(seconds: number): string {
  if (seconds % 86_400 === 0) return `${seconds / 86_400} d`;
  if (seconds % 3_600 === 0) return `${seconds / 3_600} h`;
  return `${Math.round(seconds / 60)} min`;
}

/** What a rule watches: `share of outcome:error`, `p99 duration`, `cost per trace`. */
export function watchedOf(rule: RuleWords): string {
  if (rule.kind === "unexpected") return rule.dimension ?? "";
  if (rule.kind === "drift") return DRIFTS[rule.measure ?? ""] ?? "each signal";
  if (rule.kind === "probes") return "answers to probe sets";
  if (rule.condition) return `share of ${rule.condition}`;
  const statistic = rule.statistic && rule.statistic !== "mean" ? `${rule.statistic} ` : "";
  const measure = (rule.measure ?? "spans").replace(/^(score|quality|feedback):\*$/, (_, which: string) =>
    which === "score" ? "each score" : which === "quality" ? "each score but users'" : "each score by users",
  );
  return `${statistic}${measure.replace(/^score:/, "score ")}${rule.per_trace ? " per trace" : ""}`;
}

/** When a rule is breached, in one line. */
export function describeRule(rule: RuleWords): string {
  const what = `${watchedOf(rule)}${rule.dimension && rule.kind !== "unexpected" ? ` by ${rule.dimension}` : ""}`;
  const sign = rule.direction === "below" ? "<" : ">";
  const window = formatSpan(rule.window_s ?? 300);
  const threshold = rule.threshold ?? 0;
  if (rule.kind === "unexpected") return `${what} is none of those expected, ${window}`;
  if (rule.kind === "drift") return `${what} moved in the last ${window}, compared every 6 h`;
  if (rule.kind === "probes") return `${what} moved away from their reference`;
  if (rule.kind === "no_data") return `no ${what} for ${window}`;
  if (rule.kind === "budget") return `${what} > ${formatValue(rule, threshold)} a ${rule.period}`;
  if (rule.kind === "decline") return `${what} ${sign} ${formatCompact(threshold * 100)} % a week, three weeks running`;
  if (rule.kind === "always_valid")
    return `${what} ${sign} normal, one false alarm in ${rule.false_alarm_days ?? 90} d at most`;
  if (!COMPARED.has(rule.kind)) return `${what} ${sign} ${formatValue(rule, threshold)}, ${window}`;
  const base =
    rule.kind === "day_over_day"
      ? "yesterday"
      : rule.kind === "baseline"
        ? "the baseline"
        : `the ${formatSpan(rule.reference_s ?? 604_800)} before`;
  return `${what} ${sign} ${formatCompact(threshold)} × ${base}, ${window}`;
}

/** A value of what the rule watches, with its unit. */
export function formatValue(rule: Pick<RuleWords, "measure" | "condition" | "kind">, value: number | null): string {
  if (value === null) return "–";
  if (rule.condition) return `${(100 * value).toFixed(value < 0.1 ? 1 : 0)} %`;
  const measure = rule.measure ?? "spans";
  if (measure === "cost" || measure === "reported_cost") return formatMoney(value);
  if (measure === "duration" || measure === "ttft") return formatDuration(value);
  if (/^(score|quality|feedback):/.test(measure)) return value.toFixed(2);
  return Number.isInteger(value) ? String(value) : formatCompact(value);
}

/** The worst of some states, for a line that stands for all segments. */
export function worstStatus(states: readonly { status: string }[]): string {
  for (const status of ["firing", "quiet", "ok", "too_few", "no_data"])
    if (states.some((state) => state.status === status)) return status;
  return "waiting";
}

/** Changes that came shortly before: those first that are nearest. */
export function changesBefore<C extends { time: string }>(changes: readonly C[], began: number, within: number): C[] {
  return changes
    .filter(({ time }) => Date.parse(time) <= began + 60_000 && Date.parse(time) >= began - within)
    .sort((a, b) => Date.parse(b.time) - Date.parse(a.time));
}
