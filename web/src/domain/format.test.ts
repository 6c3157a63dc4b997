import { describe, expect, it } from "vitest";
import {
  formatAge,
  formatAgo,
  formatAmount,
  formatAxisMoney,
  formatBytes,
  formatClock,
  formatCompact,
  formatCount,
  formatDuration,
  formatMoney,
  formatScore,
  formatShare,
  formatUnitPrice,
  oneLine,
  parseTime,
  plural,
  shortId,
} from "./format";

describe("durations", () => {
  it.each([
    [null, "–"],
    [Number.NaN, "–"],
    [0, "0 ms"],
    [0.25, "250 µs"],
    [4.06, "4.1 ms"],
    [840, "840 ms"],
    [999.6, "1.00 s"],
    [7420, "7.42 s"],
    [12_400, "12.4 s"],
    [59_990, "1 m 00 s"],
    [185_000, "3 m 05 s"],
    [7_620_000, "2 h 07 m"],
    [20 * 86_400_000, "20 d"],
    [-120, "−120 ms"],
  ])("%s ms is %s", (ms, text) => expect(formatDuration(ms)).toBe(text));
});

describe("money", () => {
  it.each([
    [null, "–"],
    [0, "$0"],
    [0.00042, "$0.00042"],
    [0.0181, "$0.01810"],
    [0.0000003, "$0.0000003"],
    [1.2, "$1.200"],
    [12.345, "$12.35"],
    [999.994, "$999.99"],
    [1204.4, "$1,204"],
    [-0.5, "−$0.5000"],
  ])("%s is %s", (usd, text) => expect(formatMoney(usd)).toBe(text));

  it("is never scientific", () => {
    for (let power = -15; power < 15; power++) expect(formatAmount(1.5 * 10 ** power)).not.toMatch(/e/);
  });

  it("is short on an axis", () => {
    expect([0, 0.5, 1.5, 0.00025, 20, 1500].map(formatAxisMoney)).toEqual([
      "$0",
      "$0.5",
      "$1.5",
      "$0.00025",
      "$20",
      "$1.5 k",
    ]);
  });

  it("writes unit prices per million", () => {
    expect(formatUnitPrice(3)).toBe("$3.00");
    expect(formatUnitPrice(0.075)).toBe("$0.075");
  });
});

describe("counts", () => {
  it("marks thousands", () => {
    expect(formatCount(1_234_567)).toBe("1,234,567");
    expect(formatCount(-1000)).toBe("−1,000");
    expect(formatCount(undefined)).toBe("–");
    expect(plural(1, "error")).toBe("1 error");
    expect(plural(1200, "trace")).toBe("1,200 traces");
  });
  it("shortens for axes", () => {
    expect(formatCompact(950)).toBe("950");
    expect(formatCompact(12_400)).toBe("12.4 k");
    expect(formatCompact(2000)).toBe("2 k");
    expect(formatCompact(3_100_000)).toBe("3.1 M");
  });
  it("writes scores and shares", () => {
    expect(formatScore(0.123)).toBe("0.12");
    expect(formatScore(5)).toBe("5");
    expect(formatScore(1)).toBe("1.00");
    expect(formatShare(1, 31)).toBe("3.2 %");
    expect(formatShare(0, 0)).toBe("–");
    expect(formatBytes(3400)).toBe("3.4 kB");
  });
});

describe("time", () => {
  it("keeps microseconds", () => {
    expect(parseTime("2026-11-24T06:00:00.123456Z")).toBeCloseTo(Date.parse("2026-11-24T06:00:00Z") + 123.456, 6);
  });
  it.each([
    [0, "now"],
    [9_000, "9 s"],
    [61_000, "1 m"],
    [3 * 3_600_000, "3 h"],
    [50 * 86_400_000, "50 d"],
    [400 * 86_400_000, "1 y"],
    [-5_000, "in 5 s"],
  ])("%s ms old is %s", (age, text) => expect(formatAge(1e12, 1e12 + age)).toBe(text));
  it("says ago", () => {
    expect(formatAgo(0, 60_000)).toBe("1 m ago");
    expect(formatAgo(0, 100)).toBe("just now");
  });
  it("uses the person's zone", () => {
    const time = Date.parse("2026-11-24T06:00:00.118Z");
    expect(formatClock(time, "time", "UTC")).toBe("06:00:00.118");
    expect(formatClock(time, "minute", "Asia/Tokyo")).toBe("15:00");
    expect(formatClock(time, "date", "UTC")).toBe("2026-11-24");
    expect(formatClock(Number.NaN, "date", "UTC")).toBe("–");
  });
});

describe("text", () => {
  it("keeps both ends of an id", () => expect(shortId("7f3a9c41aaaaaaaaaaaaaaaaaae2d814")).toBe("7f3a9c41…e2d814"));
  it("drops direction overrides and line breaks", () => expect(oneLine("a\u202e\n\tb  c")).toBe("a b c"));
  it("bounds its work", () => expect(oneLine("x".repeat(1e6)).length).toBe(300));
});
