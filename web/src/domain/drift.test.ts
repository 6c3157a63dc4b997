import { describe, expect, it } from "vitest";
import { effectWords, formatP } from "./drift";

describe("drift in words", () => {
  it("writes p-values", () => {
    expect([0.0004, 0.0312, 0.4].map(formatP)).toEqual(["< 0.001", "0.031", "0.40"]);
  });

  it.each([
    [{ test: "ks", effect: 0.25, before: 100, now: 60 }, "100 → 60, gap 0.25"],
    [{ test: "chi2", effect: 0.2, before: null, now: null }, "stability index 0.20"],
    [{ test: "c2st", effect: 0.61, before: null, now: null }, "told apart in 61 % (50 % is chance)"],
    [{ test: "", effect: null, before: null, now: null }, ""],
  ])("%j", (signal, words) => {
    expect(effectWords(signal)).toBe(words);
  });
});
