import { describe, expect, it } from "vitest";
import {
  absoluteRange,
  buckets,
  intervalFor,
  isRelative,
  rangeName,
  relativeMs,
  resolveRange,
  roundTicks,
  shiftRange,
  widenRange,
} from "./timeRange";

const NOW = Date.parse("2026-11-24T06:00:00Z");
const HOUR = 3_600_000;

describe("ranges", () => {
  it("reads relative and absolute ends", () => {
    expect(resolveRange({ from: "-3h", to: "" }, NOW)).toEqual({ from: NOW - 3 * HOUR, to: NOW });
    expect(resolveRange({ from: "2026-11-24T05:00:00Z", to: "2026-11-24T05:30:00Z" }, NOW)).toEqual({
      from: NOW - HOUR,
      to: NOW - HOUR / 2,
    });
  });
  it("survives nonsense", () => {
    expect(resolveRange({ from: "'; drop", to: "yesterday" }, NOW)).toEqual({ from: NOW - 24 * HOUR, to: NOW });
    const backwards = resolveRange({ from: "2026-11-25T00:00:00Z", to: "" }, NOW);
    expect(backwards.from).toBeLessThan(backwards.to);
    expect(relativeMs("-99x")).toBeNull();
  });
  it("names what moves with the clock", () => {
    expect(rangeName({ from: "-3h", to: "" })).toBe("3 h");
    expect(isRelative({ from: "-3h", to: "" })).toBe(true);
    expect(isRelative(absoluteRange(NOW - HOUR, NOW))).toBe(false);
    expect(rangeName(absoluteRange(NOW - HOUR, NOW))).toBeNull();
  });
  it("shifts and widens by its own width", () => {
    expect(resolveRange(shiftRange({ from: "-3h", to: "" }, -1, NOW), NOW)).toEqual({
      from: NOW - 6 * HOUR,
      to: NOW - 3 * HOUR,
    });
    expect(resolveRange(widenRange({ from: "-2h", to: "" }, NOW), NOW)).toEqual({ from: NOW - 3 * HOUR, to: NOW });
  });
  it("orders a brush that was drawn backwards", () => {
    const { from, to } = resolveRange(absoluteRange(NOW, NOW - HOUR), NOW);
    expect(to - from).toBe(HOUR);
  });
});

describe("ticks", () => {
  it("stand at round times of the person's clock", () => {
    const { times, step } = roundTicks(NOW - 24 * HOUR, NOW, 9, 0);
    expect(step).toBe(3 * HOUR);
    expect(times.map((time) => new Date(time).getUTCHours() % 3)).toEqual(times.map(() => 0));
    const india = roundTicks(NOW - 24 * HOUR, NOW, 9, 5.5 * HOUR).times[0] ?? 0;
    expect(new Date(india).getUTCMinutes()).toBe(30);
  });
  it("stay few however long the range", () => expect(roundTicks(0, NOW, 8, 0).times.length).toBeLessThan(1000));
});

describe("buckets", () => {
  it("chooses an interval by the width", () => {
    expect(intervalFor(NOW - 3 * HOUR, NOW)).toBe("minute");
    expect(intervalFor(NOW - 12 * HOUR, NOW)).toBe("5minute");
    expect(intervalFor(NOW - 7 * 24 * HOUR, NOW)).toBe("hour");
    expect(intervalFor(NOW - 90 * 24 * HOUR, NOW)).toBe("day");
    expect(intervalFor(0, NOW)).toBe("week");
  });
  it("covers the range, aligned", () => {
    const starts = buckets(NOW - 90 * 60_000, NOW, "hour");
    expect(starts.map((start) => new Date(start).toISOString().slice(11, 16))).toEqual(["04:00", "05:00"]);
    expect(new Date(buckets(NOW, NOW + 1, "week")[0] ?? 0).getUTCDay()).toBe(1);
  });
});
