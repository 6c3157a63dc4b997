import { describe, expect, it } from "vitest";
import { budgetFilter, linesFor, shareOf, spendFilter, spendOf } from "./costLab";

const row = (feature: string | null, cost: number | null, priced: number, unpriced = 0, more = {}) => ({
  feature,
  cost_sum: cost,
  cost_count: priced,
  unpriced_count: unpriced,
  ...more,
});

describe("spend", () => {
  const rows = [row("small", 1, 10), row("big", 7, 2, 1), row(null, 2, 4), row("idle", null, 0)];
  const lines = spendOf(rows, ["feature"]);

  it("stands by size, with shares that sum up to all", () => {
    expect(lines.map(({ name }) => name)).toEqual(["big", "not named", "small"]);
    expect(lines.map(({ share }) => share)).toEqual([0.7, 0.2, 0.1]);
    expect(lines.map(({ cumulative }) => cumulative)).toEqual([0.7, 0.9, 1]);
  });

  it("counts unpriced calls and divides by priced ones", () => {
    expect(lines[0]).toMatchObject({ calls: 3, unpriced: 1, perCall: 3.5 });
  });

  it("says how few make most of it", () => {
    expect(linesFor(lines)).toBe(2);
    expect(linesFor(lines, 0.5)).toBe(1);
    expect(linesFor([])).toBe(0);
  });

  it("keeps what has calls and no price, without a price", () => {
    const [only] = spendOf([row("new", null, 0, 5)], ["feature"]);
    expect(only).toMatchObject({ calls: 5, unpriced: 5, perCall: null, share: 0 });
  });

  it("leads to its traces", () => {
    expect(lines.map((line) => spendFilter(["feature"], line))).toEqual([
      "feature:big",
      "-has:feature",
      "feature:small",
    ]);
  });

  it("puts the rest last, however large", () => {
    const [first, last] = spendOf([row(null, 9, 9, 0, { other: true }), row("a", 1, 1)], ["feature"]);
    expect([first?.name, last?.name]).toEqual(["a", "all others"]);
  });
});

it("a share of nothing is not known", () => {
  expect(shareOf([row("free", 1, 1), row("paid", 3, 1)], "feature", ["free"])).toBe(0.25);
  expect(shareOf([row("free", 0, 1)], "feature", ["free"])).toBeNull();
});

it("a budget of one value quotes it", () => {
  expect(budgetFilter("feature", "support chat")).toBe('feature:"support chat"');
  expect(budgetFilter("feature", " ")).toBe("");
});
