import { describe, expect, it } from "vitest";
import { basisWords, costWords, type Estimate, gridOf, moveOf, type RunChoice, runsOf } from "./experiments";

const CHOICE: RunChoice = {
  name: "try",
  dataset: "held out",
  split: "",
  prompt: "support/answer",
  versions: [3],
  connection: "openai",
  models: "",
  repetitions: 1,
  scorers: [],
  maxCost: "",
};
const ESTIMATE: Estimate = {
  cases: 10,
  calls: 10,
  judge_calls: 0,
  input_tokens: 812.4,
  output_tokens: 90,
  answers_seen: 12,
  cost: 0.25,
  judge_cost: 0,
};

describe("runsOf", () => {
  it("makes one run of one version, as it is named", () => {
    expect(runsOf(CHOICE)).toEqual([
      expect.objectContaining({ name: "try", prompt_version: 3, model: "", split: null, max_cost: null }),
    ]);
  });

  it("crosses versions and models, and names what differs", () => {
    const made = runsOf({ ...CHOICE, versions: [3, 4], models: " gpt-4o, ,gpt-4o-mini", maxCost: "2.5" });
    expect(made.map((run) => run.name)).toEqual([
      "try v3 gpt-4o",
      "try v3 gpt-4o-mini",
      "try v4 gpt-4o",
      "try v4 gpt-4o-mini",
    ]);
    expect(made.every((run) => run.max_cost === 2.5)).toBe(true);
  });

  it("makes none without a version", () => {
    expect(runsOf({ ...CHOICE, versions: [] })).toEqual([]);
  });
});

describe("an estimate in words", () => {
  it("sums what is known", () => {
    expect(costWords([ESTIMATE, ESTIMATE])).toBe("about $0.5000");
    expect(costWords([{ ...ESTIMATE, judge_calls: 10, judge_cost: 0.05 }])).toBe(
      "about $0.2500; about $0.05000 for judges",
    );
  });

  it("says what is not known, and never zero", () => {
    expect(costWords([ESTIMATE, { ...ESTIMATE, cost: null }])).toBe("nobody knows the model's price");
    expect(costWords([{ ...ESTIMATE, judge_calls: 10, judge_cost: null }])).toContain("was never measured");
  });

  it("says what it rests on", () => {
    expect(basisWords(ESTIMATE)).toContain("812 tokens in (by letters), 90 out (the mean of 12 answers");
    expect(basisWords({ ...ESTIMATE, answers_seen: 0 })).toContain("assumed");
  });
});

describe("gridOf", () => {
  const result = (item_id: string, repetition = 0) => ({ item_id, repetition });

  it("lays cases side by side, also those that one of them lacks", () => {
    const rows = gridOf([result("a"), result("b")], [[result("b"), result("b", 1)], [result("c")]]);
    expect(rows.map((row) => row.id)).toEqual(["a/0", "b/0", "b/1", "c/0"]);
    expect(rows.map((row) => [row.base?.item_id, ...row.ours.map((one) => one?.item_id)])).toEqual([
      ["a", undefined, undefined],
      ["b", "b", undefined],
      [undefined, "b", undefined],
      [undefined, undefined, "c"],
    ]);
  });
});

describe("moveOf", () => {
  it("is for the better where more is better, and turned where less is", () => {
    expect(moveOf(2, 1, false)).toBe(1);
    expect(moveOf(2, 1, true)).toBe(-1);
    expect(moveOf(1, 2, true)).toBe(1);
    expect(moveOf(1, 1, true)).toBe(0);
    expect(moveOf(1, null, false)).toBe(0);
    expect(moveOf(null, 1, false)).toBe(0);
  });
});
