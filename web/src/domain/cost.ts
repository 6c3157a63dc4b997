/** Tokens and money of spans, traces and subtrees. Unpriced is not zero, and only counted spans add up. Pure. */

export const USAGE_KINDS = [
  "input",
  "cache_read",
  "cache_write",
  "cache_write_1h",
  "audio_in",
  "output",
  "reasoning",
  "audio_out",
] as const;
export type UsageKind = (typeof USAGE_KINDS)[number];
export type UsageLike = Partial<Record<UsageKind | "total", number | null>>;

export const USAGE_LABELS: Record<string, string> = {
  input: "input",
  cache_read: "cache read",
  cache_write: "cache write",
  cache_write_1h: "cache write, 1 h",
  audio_in: "audio in",
  output: "output",
  reasoning: "reasoning",
  audio_out: "audio out",
  fixed: "per request",
};

const INPUT_KINDS: readonly UsageKind[] = ["input", "cache_read", "cache_write", "cache_write_1h", "audio_in"];

export interface TokenTotals {
  input: number;
  output: number;
  total: number;
  reported: boolean;
}

/** Input and output totals; the kinds are disjoint, so they add up. */
export function tokenTotals(usage: UsageLike | null | undefined): TokenTotals {
  if (!usage) return { input: 0, output: 0, total: 0, reported: false };
  let input = 0;
  let output = 0;
  let reported = false;
  for (const kind of USAGE_KINDS) {
    const tokens = usage[kind];
    if (tokens === null || tokens === undefined) continue;
    reported = true;
    if (INPUT_KINDS.includes(kind)) input += tokens;
    else output += tokens;
  }
  if (!reported && usage.total) return { input: 0, output: 0, total: usage.total, reported: true };
  return { input, output, total: input + output, reported };
}

export interface CostLine {
  kind: string;
  label: string;
  tokens: number | null;
  /** USD per million tokens; null for a fee per request. */
  unitPrice: number | null;
  amount: number;
  share: number;
}

export interface ExplainedCost {
  kind: string;
  tokens?: number | null;
  unit_price?: number | null;
  amount: number;
}

/** The lines of "why this cost", largest share drawn widest; without an explanation, the kinds of the cost itself. */
export function costLines(
  explained: readonly ExplainedCost[] | null | undefined,
  detail: Record<string, unknown> | null | undefined,
  usage: UsageLike,
): CostLine[] {
  const parts: ExplainedCost[] = explained?.length
    ? [...explained]
    : [...USAGE_KINDS, "fixed" as const].flatMap((kind) => {
        const amount = detail?.[kind];
        const tokens = kind === "fixed" ? null : (usage[kind] ?? null);
        return typeof amount === "number" && amount > 0 ? [{ kind, tokens, amount }] : [];
      });
  const total = parts.reduce((sum, part) => sum + part.amount, 0);
  return parts.map((part) => ({
    kind: part.kind,
    label: USAGE_LABELS[part.kind] ?? part.kind,
    tokens: part.tokens ?? null,
    unitPrice: part.unit_price ?? (part.tokens ? (part.amount / part.tokens) * 1e6 : null),
    amount: part.amount,
    share: total > 0 ? part.amount / total : 0,
  }));
}

export interface CostedNode {
  span: { span_id: string; cost: number | null; counted?: boolean };
  parent: CostedNode | null;
}

/** What each subtree cost, by span id. `nodes` stand parents before children. A subtree with no price at all is absent. */
export function subtreeCosts(nodes: readonly CostedNode[]): Map<string, number> {
  const costs = new Map<string, number>();
  for (let index = nodes.length - 1; index >= 0; index--) {
    const node = nodes[index];
    if (!node) continue;
    const own = node.span.cost !== null && node.span.counted !== false ? node.span.cost : null;
    const under = costs.get(node.span.span_id);
    if (own === null && under === undefined) continue;
    const sum = (own ?? 0) + (under ?? 0);
    costs.set(node.span.span_id, sum);
    if (node.parent) costs.set(node.parent.span.span_id, (costs.get(node.parent.span.span_id) ?? 0) + sum);
  }
  return costs;
}

/** Output tokens a second after the first token; null where it cannot be said. */
export function outputSpeed(usage: UsageLike, durationMs: number | null, ttftMs: number | null): number | null {
  const { output } = tokenTotals(usage);
  const seconds = ((durationMs ?? 0) - (ttftMs ?? 0)) / 1000;
  return output > 0 && seconds > 0.05 ? output / seconds : null;
}
