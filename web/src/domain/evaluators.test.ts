import { describe, expect, it } from "vitest";
import type { Definition, Tried } from "@/api/evaluators";
import {
  agreeingText,
  definitionText,
  dimensionOf,
  estimateText,
  meanCost,
  readDefinition,
  verdictText,
  whisker,
} from "./evaluators";

const judge: Definition = {
  kind: "judge",
  target: "span",
  output: "boolean",
  score_name: "helpful",
  variables: {},
  body: { connection: "" },
};

describe("definitions", () => {
  it("are read as they were written", () => {
    expect(readDefinition(definitionText(judge))).toEqual({ definition: judge });
  });
  it("that are no JSON object say what is wrong", () => {
    for (const text of ["", "{", "[]", "3", "null"]) expect(readDefinition(text)).toHaveProperty("problem");
  });
  it("say what people are asked, so that labels can be compared", () => {
    expect(dimensionOf(judge)).toEqual({ name: "helpful", type: "boolean" });
    const words: Definition = { ...judge, output: "categorical", body: { form: { choices: ["good", "bad"] } } };
    expect(dimensionOf(words)).toEqual({ name: "helpful", type: "categorical", categories: ["good", "bad"] });
    expect(dimensionOf({ ...words, body: {} })).toBeNull();
  });
  it("say how often a judge agrees with itself", () => {
    expect(agreeingText({ repeats: 3, agreeing: 2 })).toBe("2 of 3 answers say so");
    expect(agreeingText({ repeats: 3 })).toBe("the mean of 3 answers");
    expect(agreeingText({})).toBe("");
  });
});

describe("estimates", () => {
  it("never stand without their interval or the reason for its absence", () => {
    expect(estimateText({ value: 0.824, low: 0.78, high: 0.861, n: 240 })).toBe("0.82 (0.78 to 0.86, n = 240)");
    expect(estimateText({ value: 1, low: null, high: null, n: 1 })).toBe("1.00 (n = 1, too few for an interval)");
    expect(estimateText(null)).toBe("–");
  });
  it("lie on the axis, also where they stick out", () => {
    expect(whisker({ value: 0.5, low: 0.25, high: 0.75, n: 9 })).toEqual({ left: 25, width: 50, dot: 50 });
    expect(whisker({ value: 1, low: 0.9, high: 1.2, n: 9 })).toEqual({ left: 90, width: 10, dot: 100 });
    expect(whisker(null)).toBeNull();
  });
});

describe("previews", () => {
  const tried = (cost: number | null): Tried => ({
    trace_id: "",
    span_id: "",
    session_id: "",
    error: "",
    shown: {},
    verdicts: [
      { name: "", value: true, comment: "", status: "valid", cost, judge_model: "", trace_id: "", metadata: {} },
    ],
  });
  it("cost what is known of them", () => {
    expect(meanCost([tried(0.1), tried(null), tried(0.3)])).toBeCloseTo(0.2);
    expect(meanCost([tried(null)])).toBeNull();
  });
  it("put verdicts into words, and a missing one is no zero", () => {
    expect([true, 0.5, "cold", null].map(verdictText)).toEqual(["yes", "0.50", "cold", "no verdict"]);
  });
});
