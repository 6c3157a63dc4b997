import { describe, expect, it } from "vitest";
import { alignSteps, diffText } from "./diff";

const side = (changes: ReturnType<typeof diffText>, without: string) =>
  changes
    .filter((change) => change.kind !== without)
    .map((change) => change.text)
    .join("");

describe("text", () => {
  it.each([
    ["the quick fox", "the slow fox jumps"],
    ["", "new"],
    ["gone", ""],
    ["a\nb\nc", "a\nc"],
    ["same", "same"],
    ["  spaced   out ", " spaced out"],
  ])("gives both sides back: %j and %j", (before, after) => {
    const changes = diffText(before, after);
    expect(side(changes, "added")).toBe(before);
    expect(side(changes, "removed")).toBe(after);
  });
  it("marks only what changed", () => {
    expect(diffText("be concise and kind", "be concise, and kind").map((change) => change.kind)).toEqual([
      "same",
      "removed",
      "added",
      "same",
    ]);
  });
  it("stays bounded for texts that share nothing", () => {
    const started = performance.now();
    const long = (word: string) => Array.from({ length: 60_000 }, (_, index) => `${word}${index}`).join(" ");
    expect(side(diffText(long("a"), long("b")), "added")).toBe(long("a"));
    expect(performance.now() - started).toBeLessThan(3000);
  });
});

describe("steps", () => {
  const steps = (...keys: string[]) => keys.map((key) => ({ key, depth: 1 }));
  it("face each other where they are equal", () => {
    const pairs = alignSteps(steps("guard", "llm", "tool"), steps("guard", "search", "llm"));
    expect(pairs.map((pair) => [pair.before?.key ?? null, pair.after?.key ?? null])).toEqual([
      ["guard", "guard"],
      [null, "search"],
      ["llm", "llm"],
      ["tool", null],
    ]);
  });
});
