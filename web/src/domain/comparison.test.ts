import { describe, expect, it } from "vitest";
import { axisOf, marksOf, metricGap, metricText, needed, signed } from "./comparison";

describe("an axis", () => {
  it("is as fine as it is allowed to be", () => {
    const tiny = [{ difference: 1e-6, low: -1e-6, high: 3e-6 }];
    expect(axisOf(tiny)).toBeCloseTo(0.0105);
    expect(axisOf(tiny, 1e-9)).toBeCloseTo(3.15e-6, 9);
  });
});

describe("values and differences of metrics", () => {
  it("are told in the unit of what is measured", () => {
    expect(metricText("duration_ms", 840)).toBe("840 ms");
    expect(metricText("cost", 0.00042)).toBe("$0.00042");
    expect(metricText("helpful", 0.5)).toBe("0.50");
    expect(metricGap("duration_ms", -120)).toBe("−120 ms");
    expect(metricGap("cost", 0.25)).toBe("+$0.2500");
    expect(metricGap("helpful", -0.2)).toBe("−0.200");
  });
});

describe("the axis of a comparison", () => {
  it("is shared, symmetric and never empty", () => {
    const rows = [
      { difference: 0.1, low: -0.05, high: 0.25 },
      { difference: -0.3, low: -0.5, high: -0.1 },
    ];
    expect(axisOf(rows)).toBeCloseTo(0.525);
    expect(axisOf([])).toBeGreaterThan(0);
    expect(axisOf([{ difference: 0, low: 0, high: 0 }])).toBeGreaterThan(0);
  });

  it("puts no difference in the middle and keeps marks inside", () => {
    expect(marksOf({ difference: 0, low: -1, high: 1 }, 1)).toEqual({ low: 0, high: 1, value: 0.5 });
    expect(marksOf({ difference: 5, low: 4, high: 6 }, 1)).toEqual({ low: 1, high: 1, value: 1 });
  });

  it("draws nothing where there is no interval", () => {
    expect(marksOf({ difference: 0.2, low: null, high: null }, 1)).toBeNull();
  });
});

describe("words", () => {
  it("signs a difference and leaves zero unsigned", () => {
    expect(signed(0.0314)).toBe("+0.031");
    expect(signed(-0.2)).toBe("−0.200");
    expect(signed(0.0001)).toBe("0.000");
    expect(signed(12.345)).toBe("+12.3");
  });

  it("says how many cases are missing", () => {
    expect(needed(null)).toBe("");
    expect(needed(1)).toBe("1 more case would tell");
    expect(needed(1200)).toBe("1,200 more cases would tell");
  });
});
