import { describe, expect, it } from "vitest";
import { barOf, extentOf, ticks, zoom } from "./timeAxis";

const at = (ms: number) => new Date(1_700_000_000_000 + ms).toISOString();
const zero = 1_700_000_000_000;
const span = (from: number, to: number | null, first?: number) => ({
  start_time: at(from),
  end_time: to === null ? null : at(to),
  first_token_time: first === undefined ? null : at(first),
});

describe("extent", () => {
  it("covers children that began before their parent", () => {
    expect(extentOf([span(0, 100), span(-50, 20)], zero)).toEqual({ from: zero - 50, to: zero + 100 });
  });
  it("lets a running span reach to now, and an abandoned one not", () => {
    expect(extentOf([span(0, null)], zero + 5000).to).toBe(zero + 5000);
    expect(extentOf([span(0, null)], zero + 86_400_000).to).toBe(zero + 1);
  });
  it("has a width even for nothing", () => expect(extentOf([], zero)).toEqual({ from: 0, to: 1 }));
});

describe("bars", () => {
  const window = { from: zero, to: zero + 1000 };
  it("places start, width and first token", () => {
    expect(barOf(span(250, 750, 500), window, zero)).toEqual({
      left: 25,
      width: 50,
      mark: 50,
      open: false,
      visible: true,
    });
  });
  it("cuts at the window", () => {
    expect(barOf(span(-500, 500), window, zero)).toMatchObject({ left: 0, width: 50, visible: true });
    expect(barOf(span(2000, 3000), window, zero)).toMatchObject({ visible: false, width: 0 });
  });
  it("draws an end before its start as a point", () => {
    expect(barOf(span(500, 100), window, zero)).toMatchObject({ left: 50, width: 0 });
  });
  it("ignores a first token outside the span", () => expect(barOf(span(0, 100, 900), window, zero).mark).toBeNull());
});

describe("ticks", () => {
  it.each([
    [7420, 8, 1000],
    [100, 10, 10],
    [0.8, 8, 0.1],
    [185_000, 8, 30_000],
    [86_400_000, 8, 14_400_000],
  ])("of %s ms", (length, most, step) => {
    const marks = ticks(length, most);
    expect((marks[1] ?? 0) - (marks[0] ?? 0)).toBeCloseTo(step, 9);
    expect(marks.length).toBeLessThanOrEqual(most + 2);
  });
});

describe("zoom", () => {
  it("works in both directions and never vanishes", () => {
    expect(zoom({ from: 0, to: 100 }, 0.75, 0.25)).toEqual({ from: 25, to: 75 });
    expect(zoom({ from: 0, to: 100 }, 0.5, 0.5).to).toBeGreaterThan(50);
  });
});
