import { describe, expect, it } from "vitest";
import type { Duel, Side } from "@/api/duels";
import { findingOf, orderText, outcomeText, readPairs, tieText } from "./duels";

const side = (contestant: string): Side => ({
  contestant,
  trace_id: "",
  span_id: "",
  session_id: "",
  experiment: "",
  item: "",
  question: "",
  text: "",
  error: "",
});
const order = (winner: "first" | "second" | "tie" | "", status: "valid" | "invalid" | "refused" = "valid") => ({
  winner,
  reason: "",
  status,
  model: "",
  trace_id: "",
  cost: null,
});
const duel = (won: number | null, ...orders: Duel["orders"]): Duel => ({
  position: 0,
  state: "done",
  error: "",
  won,
  lean: 0,
  kin: "",
  orders,
  first: side("v2"),
  second: side("v1"),
});

describe("duels", () => {
  it("name the winner, and say why a tie is one", () => {
    expect(outcomeText(duel(1, order("first"), order("first")))).toBe("v2");
    expect(outcomeText(duel(0, order("second"), order("second")))).toBe("v1");
    expect(tieText(duel(0.5, order("tie"), order("tie")))).toBe("both orders say so");
    expect(tieText(duel(0.5, order("first"), order("second")))).toBe("the orders contradict each other");
    expect(tieText(duel(1, order("first"), order("first")))).toBe("");
  });

  it("are never a tie where a verdict is missing", () => {
    const missing = duel(null, order("first"), order("", "refused"));
    expect(outcomeText(missing)).toBe("no verdict");
    expect(missing.orders.map((one) => orderText(one, missing))).toEqual(["v2", "refused"]);
    expect(outcomeText({ ...missing, state: "failed" })).toBe("failed");
  });
});

describe("a figure that should be 0", () => {
  const estimate = (low: number | null, high: number | null, n = 100) => ({ value: 0, low, high, n });
  it.each([
    [estimate(0.1, 0.3), "biased"],
    [estimate(-0.3, -0.1), "biased"],
    [estimate(-0.04, 0.03), "fair"],
    [estimate(-0.2, 0.1), "cannot tell yet"],
    [estimate(0.1, 0.3, 8), "cannot tell yet"],
    [estimate(null, null), "cannot tell yet"],
    [null, "cannot tell yet"],
  ] as const)("%o is %s", (given, wanted) => expect(findingOf(given)).toBe(wanted));
});

describe("pairs of places", () => {
  const trace = "a".repeat(32);
  it("are read line by line", () => {
    const read = readPairs(`${trace} ${trace.toUpperCase()}/${"B".repeat(16)}\n\n`);
    expect(read).toEqual({
      pairs: [
        {
          first: { target: "trace", trace_id: trace },
          second: { target: "span", trace_id: trace, span_id: "b".repeat(16) },
        },
      ],
    });
  });
  it("name the line that is wrong", () => {
    expect(readPairs(`${trace} ${trace}\n${trace}`)).toEqual({ problem: expect.stringContaining("Line 2") });
    expect(readPairs("x y")).toEqual({ problem: expect.stringContaining("Line 1") });
  });
});
