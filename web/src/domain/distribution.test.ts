import { describe, expect, it } from "vitest";
import { distribution, quantile } from "./distribution";

describe("quantiles", () => {
  it("lie between neighbours", () => {
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(quantile([5], 0.99)).toBe(5);
    expect(quantile([], 0.5)).toBeNull();
  });
});

describe("distribution", () => {
  it("counts every value once, the last bin open", () => {
    const bins = distribution([1, 1, 2, 40, 0], 3);
    expect(bins.map((bin) => [bin.label, bin.count])).toEqual([
      ["1", 3],
      ["2", 1],
      ["3+", 1],
    ]);
  });
  it("is no wider than its values", () => expect(distribution([1, 2], 12)).toHaveLength(2));
});
