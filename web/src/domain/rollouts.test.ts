import { describe, expect, it } from "vitest";
import {
  differenceText,
  estimateText,
  evidenceShare,
  marginText,
  metricName,
  metricValue,
  moveText,
  place,
  reachOf,
  verdictText,
} from "./rollouts";

const refusals = {
  metric: "refusals",
  relative: false,
  margin: 0.02,
  worse: "higher",
  stops: true,
  e_value: 1,
  limit: 60,
  verdict: "cannot_tell",
  difference: { value: 0.2, low: 0.1, high: 0.3 },
} as const;

describe("rollouts", () => {
  it("says values in the units of their metric", () => {
    expect(metricValue("refusals", 0.125)).toBe("13 %");
    expect(metricValue("duration", 840)).toBe("840 ms");
    expect(metricValue("score:helpful", null)).toBe("–");
    expect(metricName("score:helpful")).toBe("helpful");
    expect(metricName("cost")).toBe("Cost a call");
  });

  it("says differences with their sign", () => {
    expect(differenceText(refusals, 0.2)).toBe("+20.0 pt");
    expect(differenceText({ metric: "cost", relative: true }, -0.05)).toBe("−5.0 %");
    expect(differenceText({ metric: "score:x", relative: false }, 0)).toBe("±0.000");
    expect(marginText(refusals)).toBe("+2.0 pt");
    expect(marginText({ ...refusals, metric: "feedback", worse: "lower", margin: 0.05 })).toBe("−5.0 pt");
  });

  it("measures evidence on the scale on which it grows", () => {
    expect(evidenceShare({ e_value: 0.2, limit: 60 })).toBe(0);
    expect(evidenceShare({ e_value: Math.sqrt(60), limit: 60 })).toBeCloseTo(0.5);
    expect(evidenceShare({ e_value: 1e9, limit: 60 })).toBe(1);
  });

  it("says a move's difference in the metric's own unit, with its sign", () => {
    expect(moveText("refusals", 0.05)).toBe("+5.0 pt");
    expect(moveText("cost", -0.0021)).toBe("−$0.002100");
    expect(moveText("duration", 1_250)).toBe("+1.25 s");
    expect(moveText("score:helpful", 0)).toBe("±0.00");
    expect(estimateText("refusals", { low: 0.1, high: 0.2 })).toBe("(10 % to 20 %)");
    expect(estimateText("refusals", { low: null, high: null })).toBe("");
  });

  it("calls a guardrail that only shows by another word than one that ends the rollout", () => {
    expect(verdictText({ verdict: "worse", stops: true })).toBe("broken");
    expect(verdictText({ verdict: "worse", stops: false })).toBe("worse");
    expect(verdictText({ verdict: "within", stops: true })).toBe("within its margin");
    expect(verdictText({ verdict: "cannot_tell", stops: true })).toBe("cannot tell");
  });

  it("places an interval on its track", () => {
    expect(reachOf(refusals)).toBeCloseTo(0.345);
    const placed = place(refusals.difference, 0.4);
    expect(placed).toEqual({ left: 0.625, right: 0.875, at: 0.75 });
    expect(place({ value: 1, low: null, high: null }, 1)).toBeNull();
    expect(place(null, 1)).toBeNull();
  });
});
