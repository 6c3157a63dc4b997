import { describe, expect, it } from "vitest";
import {
  judgingWords,
  measureDifference,
  measureName,
  measureValue,
  percent,
  reachWords,
  stateWords,
  told,
} from "./changes";

const difference = (low: number | null, high: number | null) => ({ value: 0, low, high, n: 9 });

describe("told", () => {
  it("needs an interval that excludes nothing, and knows which side is better", () => {
    expect(told(difference(0.1, 0.2), "more")).toBe("better");
    expect(told(difference(0.1, 0.2), "less")).toBe("worse");
    expect(told(difference(-0.2, -0.1), "less")).toBe("better");
    expect(told(difference(-0.1, 0.1), "more")).toBe("cannot tell");
    expect(told(difference(0, 0), "more")).toBe("cannot tell");
    expect(told(difference(null, null), "more")).toBe("too few");
    expect(told(null, "more")).toBe("too few");
  });
});

describe("words", () => {
  it("say how much a change reached", () => {
    const share = { value: 0.342, low: 0.31, high: 0.37, n: 1204 };
    expect(reachWords({ requests: 412, total: 1204, share })).toBe("34 % of 1,204 requests (31 % – 37 %)");
    expect(reachWords({ requests: 0, total: 0, share: null })).toBe("no traffic since");
  });
  it("write values in the measure's own unit", () => {
    expect(measureName("score:helpfulness")).toBe("helpfulness");
    expect(measureName("duration")).toBe("Latency");
    expect(measureValue("refusals", 0.052)).toBe("5 %");
    expect(measureDifference("refusals", -0.012)).toBe("−1.2 points");
    expect(measureDifference("duration", 120)).toBe("+120 ms");
    expect(measureDifference("cost", 0)).toBe("$0");
  });
  it("show small shares with a digit", () => {
    expect([0, 0.004, 0.5, 0.996, 1].map(percent)).toEqual(["0 %", "0.4 %", "50 %", "99.6 %", "100 %"]);
  });
  it("say how far judging is", () => {
    const one = { state: "running", probability: 0.4, wanted: 380, judged: 112 };
    expect(judgingWords(one)).toBe("judging 40 % of it until n = 380");
    expect(judgingWords({ ...one, state: "expired" })).toBe("112 judged of 380");
  });
  it("show what stood there", () => {
    expect([null, "2.8.0", { release: "2" }].map(stateWords)).toEqual(["", "2.8.0", '{"release":"2"}']);
  });
});
