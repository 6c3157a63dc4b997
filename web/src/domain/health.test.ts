import { describe, expect, it } from "vitest";
import { dayWords, leakWords, shareWords } from "./health";

describe("a share", () => {
  it("comes with its interval and n", () => {
    expect(shareWords({ value: 0.62, low: 0.541, high: 0.69, n: 1180 })).toBe("62 % (54 to 69 %, n = 1,180)");
  });

  it("says no bounds where there are none", () => {
    expect(shareWords({ value: 0.5, low: null, high: null, n: 2 })).toBe("50 % (n = 2)");
  });
});

describe("a leak", () => {
  it("names both cases and their splits", () => {
    const leak = { kind: "splits" as const, item_id: "a", split: "train", other_id: "b", other_split: "" };
    expect(leakWords(leak)).toBe("a (train) says the same as b (no split)");
    expect(leakWords({ ...leak, kind: "answer" })).toBe("a holds its own expected answer in its question");
  });
});

it("a day says how many were drawn of how many", () => {
  expect(dayWords({ answered: 1240, drawn: 124 })).toBe("124 of 1,240 traces");
});
