import { describe, expect, it } from "vitest";
import { budgetAlerts } from "./burnRate";

const budget = { name: "Chat", filter: "feature:chat", period: "month", amount: 720 } as const;

describe("alerts of a budget", () => {
  it("tell when it is spent, and when it burns too fast", () => {
    const alerts = budgetAlerts(budget);
    expect(alerts.map(({ name, severity }) => [name, severity])).toEqual([
      ["Budget Chat: spent", "high"],
      ["Budget Chat: burning fast", "high"],
      ["Budget Chat: burning", "medium"],
    ]);
    expect(alerts.map(({ rule }) => [rule.kind, rule.period, rule.window_s, rule.threshold])).toEqual([
      ["budget", "month", undefined, 720],
      ["absolute", undefined, 3_600, 14.4],
      ["absolute", undefined, 21_600, 36],
    ]);
    expect(alerts.every(({ rule }) => rule.filter === "feature:chat" && rule.measure === "cost")).toBe(true);
  });

  it("leave out what would be told after the budget is spent", () => {
    expect(budgetAlerts({ ...budget, period: "day" }).map(({ name }) => name)).toEqual([
      "Budget Chat: spent",
      "Budget Chat: burning fast",
    ]);
  });
});
