import { describe, expect, it } from "vitest";
import { costLines, outputSpeed, subtreeCosts, tokenTotals } from "./cost";

describe("tokens", () => {
  it("add up disjoint kinds", () => {
    expect(tokenTotals({ input: 10, cache_read: 5, output: 3, reasoning: 2 })).toEqual({
      input: 15,
      output: 5,
      total: 20,
      reported: true,
    });
  });
  it("are not reported rather than zero", () => {
    expect(tokenTotals(null).reported).toBe(false);
    expect(tokenTotals({ input: null }).reported).toBe(false);
    expect(tokenTotals({ input: 0 }).reported).toBe(true);
    expect(tokenTotals({ total: 9 })).toMatchObject({ total: 9, reported: true });
  });
});

describe("why this cost", () => {
  it("shows the explanation with shares that sum to one", () => {
    const lines = costLines(
      [
        { kind: "input", tokens: 1000, unit_price: 3, amount: 0.003 },
        { kind: "output", tokens: 100, unit_price: 15, amount: 0.0015 },
      ],
      null,
      {},
    );
    expect(lines.map((line) => line.share).reduce((a, b) => a + b)).toBeCloseTo(1);
    expect(lines[0]).toMatchObject({ label: "input", unitPrice: 3 });
  });
  it("derives unit prices from the parts otherwise", () => {
    const [line] = costLines([], { input: 0.003, total: 0.003 }, { input: 1000 });
    expect(line?.unitPrice).toBeCloseTo(3);
    expect(costLines(undefined, null, {})).toEqual([]);
  });
});

describe("subtrees", () => {
  const root = { span: { span_id: "a", cost: null }, parent: null };
  const call = { span: { span_id: "b", cost: 0.5 }, parent: root };
  const twin = { span: { span_id: "c", cost: 0.5, counted: false }, parent: call };
  const free = { span: { span_id: "d", cost: null }, parent: root };
  it("count each call once and leave the unpriced absent", () => {
    expect([...subtreeCosts([root, call, twin, free])]).toEqual(
      expect.arrayContaining([
        ["a", 0.5],
        ["b", 0.5],
      ]),
    );
    expect(subtreeCosts([root, call, twin, free]).has("d")).toBe(false);
  });
});

describe("speed", () => {
  it("is measured after the first token", () => {
    expect(outputSpeed({ output: 100 }, 3000, 1000)).toBe(50);
    expect(outputSpeed({ output: 100 }, 1000, 1000)).toBeNull();
    expect(outputSpeed({}, 3000, null)).toBeNull();
  });
});
