import { describe, expect, it } from "vitest";
import type { GoldenCheck } from "@/api/golden";
import { changeText, driftText } from "./golden";

const estimate = (value: number, low: number | null, high: number | null) => ({ value, low, high, n: 80 });
const check = (moved: boolean, shift: number | null): GoldenCheck => ({
  id: "c",
  time: "2026-11-24T00:00:00Z",
  version: 1,
  judge_model: "m",
  cost: 0.01,
  missing: 0,
  mean: null,
  agreement: null,
  shift: shift === null ? null : estimate(shift, shift - 0.1, shift + 0.1),
  agreement_shift: null,
  moved,
});

describe("a change", () => {
  it("carries its sign and its interval", () => {
    expect(changeText(estimate(0.04, -0.01, 0.09))).toBe("+0.04 (−0.01 to +0.09)");
    expect(changeText(estimate(-0.001, -0.2, 0.2))).toBe("0.00 (−0.20 to +0.20)");
    expect(changeText(estimate(0.5, null, null))).toBe("+0.50 (too few for an interval)");
    expect(changeText(null)).toBe("–");
  });
});

describe("the drift of a judge", () => {
  it("is told by its newest check", () => {
    expect(driftText([])).toContain("first time");
    expect(driftText([check(false, null)])).toContain("first check");
    expect(driftText([check(false, null), check(false, 0)])).toContain("stands still");
    expect(driftText([check(false, null), check(true, -0.4)])).toContain("has moved");
  });
});
