/** Judging by keyboard: which digit means which verdict, where the next question is, and when a rating is complete. */

import type { Dimension, Verdict } from "@/api/annotations";

export interface Choice {
  value: Verdict;
  label: string;
}

/** What a dimension offers, in the order of the digits. */
export function choicesOf(dimension: Dimension): Choice[] {
  if (dimension.type === "boolean")
    return [
      { value: true, label: "Yes" },
      { value: false, label: "No" },
    ];
  if (dimension.type === "categorical") return dimension.categories.map((value) => ({ value, label: value }));
  const steps = Math.floor(dimension.high - dimension.low);
  return Array.from({ length: steps + 1 }, (_, index) => {
    const value = dimension.low + index;
    return { value, label: String(value) };
  });
}

/** The choice that a digit means. Of a scale that begins at 0 or 1 the digit is the number itself; else it is the place, from 1. */
export function choiceAt(dimension: Dimension, digit: number): Choice | undefined {
  const choices = choicesOf(dimension);
  if (dimension.type === "numeric" && (dimension.low === 0 || dimension.low === 1))
    return choices.find((choice) => choice.value === digit);
  return choices[digit - 1];
}

/** The first question after `place` that has no verdict, else the one behind it, else it stays. */
export function nextPlace(
  dimensions: readonly Dimension[],
  values: Readonly<Record<string, Verdict>>,
  place: number,
): number {
  const open = dimensions.findIndex((dimension, index) => index > place && values[dimension.name] === undefined);
  if (open >= 0) return open;
  return Math.min(place + 1, dimensions.length - 1);
}

/** Names of required questions without a verdict. */
export function missing(dimensions: readonly Dimension[], values: Readonly<Record<string, Verdict>>): string[] {
  return dimensions.filter((each) => each.required && values[each.name] === undefined).map((each) => each.name);
}

/** Dimensions as they are written in one field: `good, tone: warm | cold, stars: 1-5`. A `?` behind a name makes it optional. */
export function readDimensions(text: string): Partial<Dimension>[] {
  return text
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => {
      const [head = "", rest = ""] = part.split(":", 2).map((piece) => piece.trim());
      const required = !head.endsWith("?");
      const name = required ? head : head.slice(0, -1).trim();
      const scale = /^(-?\d+)\s*[-–]\s*(-?\d+)$/.exec(rest);
      if (scale) return { name, required, type: "numeric", low: Number(scale[1]), high: Number(scale[2]) };
      if (rest)
        return {
          name,
          required,
          type: "categorical",
          categories: rest
            .split("|")
            .map((word) => word.trim())
            .filter(Boolean),
        };
      return { name, required, type: "boolean" };
    });
}

/** The same backwards: how dimensions are written. */
export function writeDimensions(dimensions: readonly Dimension[]): string {
  return dimensions
    .map(({ name, type, categories, low, high, required }) => {
      const head = required ? name : `${name}?`;
      if (type === "boolean") return head;
      return `${head}: ${type === "numeric" ? `${low}-${high}` : categories.join(" | ")}`;
    })
    .join(", ");
}

/** How good an agreement is, in the words of Krippendorff (2004): 0.8 and more is reliable, below 0.667 it is not. */
export function agreementWord(low: number | null, value: number | null): string {
  if (value === null) return "nobody has judged twice yet";
  if (low === null) return "too few items to tell";
  if (low >= 0.8) return "reliable";
  if (value >= 0.667) return low >= 0.667 ? "usable" : "may be usable: more items would tell";
  return "not reliable: talk about the disputes";
}
