import { describe, expect, it } from "vitest";
import { changesBefore, describeRule, formatSpan, formatValue, worstStatus } from "./monitors";

describe("rules in words", () => {
  it.each([
    [{ kind: "absolute", condition: "outcome:error", threshold: 0.05 }, "share of outcome:error > 5.0 %, 5 min"],
    [{ kind: "absolute", measure: "duration", statistic: "p99", threshold: 15_000 }, "p99 duration > 15.0 s, 5 min"],
    [
      { kind: "relative", measure: "cost", per_trace: true, dimension: "feature", threshold: 3, window_s: 3600 },
      "cost per trace by feature > 3 × the 7 d before, 1 h",
    ],
    [{ kind: "unexpected", dimension: "prompt_version" }, "prompt_version is none of those expected, 5 min"],
    [
      { kind: "always_valid", measure: "score:thumbs", direction: "below" },
      "score thumbs < normal, one false alarm in 90 d at most",
    ],
    [
      { kind: "decline", measure: "score:*", direction: "below", threshold: 0.02 },
      "each score < 2 % a week, three weeks running",
    ],
    [{ kind: "budget", measure: "cost", statistic: "sum", threshold: 50, period: "day" }, "sum cost > $50.00 a day"],
  ])("%j", (rule, words) => {
    expect(describeRule(rule)).toBe(words);
  });

  it("writes spans and values with their units", () => {
    expect([60, 5_400, 3_600, 604_800].map(formatSpan)).toEqual(["1 min", "90 min", "1 h", "7 d"]);
    expect(formatValue({ kind: "absolute", condition: "x" }, 0.5)).toBe("50 %");
    expect(formatValue({ kind: "absolute", measure: "score:a" }, null)).toBe("–");
  });
});

describe("states", () => {
  it("shows the worst", () => {
    expect(worstStatus([{ status: "ok" }, { status: "firing" }])).toBe("firing");
    expect(worstStatus([])).toBe("waiting");
  });
});

describe("changes before an incident", () => {
  it("are those within reach, the nearest first", () => {
    const at = Date.parse("2026-11-20T12:00:00Z");
    const changes = ["2026-11-20T11:00:00Z", "2026-11-20T11:59:00Z", "2026-11-20T12:30:00Z", "2026-11-01T00:00:00Z"];
    expect(
      changesBefore(
        changes.map((time) => ({ time })),
        at,
        86_400_000,
      ).map(({ time }) => time),
    ).toEqual(["2026-11-20T11:59:00Z", "2026-11-20T11:00:00Z"]);
  });
});
