/** What pages of evaluators work out themselves. Pure. */

import type { Dimension } from "@/api/annotations";
import type { Definition, Estimate, Tried } from "@/api/evaluators";
import { asObject, asTexts } from "./evaluatorForm";

export const TRUST_WORDS = {
  uncalibrated: "Uncalibrated",
  trusted: "Trusted",
  suspect: "Suspect",
} as const;

/** A definition as text that people edit. */
export function definitionText(definition: Definition): string {
  return JSON.stringify(definition, null, 2);
}

/** What the text means, or what is wrong with it. */
export function readDefinition(text: string): { definition: Definition } | { problem: string } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value))
      return { problem: "The definition is a JSON object." };
    return { definition: value as Definition };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : "This is no JSON." };
  }
}

/** `0.82 (0.78 to 0.86, n = 240)`; without an interval it says so. */
export function estimateText(estimate: Estimate | null, digits = 2): string {
  if (!estimate) return "–";
  const value = estimate.value.toFixed(digits);
  if (estimate.low === null || estimate.high === null) return `${value} (n = ${estimate.n}, too few for an interval)`;
  return `${value} (${estimate.low.toFixed(digits)} to ${estimate.high.toFixed(digits)}, n = ${estimate.n})`;
}

/** Where an interval lies on a scale, in percent; null where there is none. */
export function whisker(
  estimate: Estimate | null,
  [from, to]: readonly [number, number] = [0, 1],
): { left: number; width: number; dot: number } | null {
  if (!estimate) return null;
  const at = (value: number) => 100 * Math.min(1, Math.max(0, (value - from) / (to - from)));
  const low = at(estimate.low ?? estimate.value);
  const high = at(estimate.high ?? estimate.value);
  return { left: low, width: high - low, dot: at(estimate.value) };
}

/** What one evaluation of a preview cost on average; null where nobody knows. */
export function meanCost(tried: readonly Tried[]): number | null {
  const known = tried.map((one) => one.verdicts[0]?.cost).filter((cost): cost is number => typeof cost === "number");
  return known.length === 0 ? null : known.reduce((sum, cost) => sum + cost, 0) / known.length;
}

/** A verdict in words. */
export function verdictText(value: boolean | number | string | null): string {
  if (value === null) return "no verdict";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "number" ? value.toFixed(2) : value;
}

/** What people are asked, so that their labels can be compared with the evaluator's verdicts; null where words are not known. */
export function dimensionOf(definition: Definition): Partial<Dimension> | null {
  const { output, score_name: name } = definition;
  if (output === "boolean") return { name, type: "boolean" };
  if (output === "numeric") return { name, type: "numeric", low: 0, high: 1 };
  const categories = asTexts(asObject(definition.body.form).choices);
  return categories.length > 1 ? { name, type: "categorical", categories } : null;
}

/** How often the judge said the same, where it was asked several times; empty otherwise. */
export function agreeingText(metadata: Record<string, unknown>): string {
  const { repeats, agreeing } = metadata;
  if (typeof repeats !== "number" || repeats < 2) return "";
  return typeof agreeing === "number" ? `${agreeing} of ${repeats} answers say so` : `the mean of ${repeats} answers`;
}
