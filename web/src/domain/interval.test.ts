import { describe, expect, it } from "vitest";
import { differenceInterval, meanInterval, restOf, verdict } from "./interval";

describe("intervals", () => {
  it("match published values of Wilson's interval", () => {
    const interval = meanInterval(0.1, 10);
    expect(interval?.low).toBeCloseTo(0.0179, 3);
    expect(interval?.high).toBeCloseTo(0.4042, 3);
  });
  it("stay within the shares and narrow with the count", () => {
    expect(meanInterval(0, 5)?.low).toBeCloseTo(0, 12);
    expect(meanInterval(1, 5)?.high).toBeCloseTo(1, 12);
    const width = (count: number) => (meanInterval(0.5, count)?.high ?? 0) - (meanInterval(0.5, count)?.low ?? 0);
    expect(width(1000)).toBeLessThan(width(100));
  });
  it("cover the mean of bounded values at least as often as they claim", () => {
    let seed = 1;
    const random = () => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed / 2147483648;
    };
    let covered = 0;
    for (let run = 0; run < 400; run++) {
      let sum = 0;
      for (let draw = 0; draw < 60; draw++) sum += random() < 0.3 ? random() : 1;
      const interval = meanInterval(sum / 60, 60);
      if (interval && interval.low <= 0.85 && 0.85 <= interval.high) covered++;
    }
    expect(covered / 400).toBeGreaterThan(0.95);
  });
  it("say nothing of what is no share", () => {
    expect(meanInterval(4.2, 10)).toBeNull();
    expect(meanInterval(0.5, 0)).toBeNull();
    expect(verdict(null)).toBe("cannot tell");
  });
  it("tell differences only where they are", () => {
    expect(verdict(differenceInterval({ mean: 0.3, count: 200 }, { mean: 0.9, count: 500 }))).toBe("lower");
    expect(verdict(differenceInterval({ mean: 0.8, count: 5 }, { mean: 0.9, count: 8 }))).toBe("cannot tell");
    expect(restOf({ mean: 0.5, count: 10 }, { mean: 1, count: 4 })?.mean).toBeCloseTo(1 / 6);
    expect(restOf({ mean: 0.5, count: 4 }, { mean: 0.5, count: 4 })).toBeNull();
  });
});
