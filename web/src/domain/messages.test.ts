import { describe, expect, it } from "vitest";
import {
  earlierTurns,
  findAll,
  fold,
  type MessageLike,
  type PartLike,
  pairedResults,
  resultsById,
  splitLines,
  wordCount,
} from "./messages";

const text = (value: string) => ({ type: "text", text: value });

describe("tool calls", () => {
  const messages: MessageLike<PartLike>[] = [
    {
      role: "assistant",
      parts: [
        { type: "tool_call", id: "1", name: "a" },
        { type: "tool_call", id: "2", name: "b" },
      ],
    },
    {
      role: "tool",
      parts: [
        { type: "tool_result", id: "1", result: "ok" },
        { type: "tool_result", id: "9", result: "lost" },
      ],
    },
  ];
  it("are paired with their results by id", () => {
    expect(resultsById(messages).get("1")?.result).toBe("ok");
    expect([...pairedResults(messages)]).toEqual(["1"]);
  });
});

describe("earlier turns", () => {
  const turn = [
    { role: "user", parts: [text("q")] },
    { role: "assistant", parts: [text("a")] },
  ];
  it("fold all but the last question", () => {
    const messages = [{ role: "system", parts: [text("s")] }, ...turn, ...turn, { role: "user", parts: [text("now")] }];
    expect(earlierTurns(messages)).toEqual({ from: 1, to: 5 });
    expect(earlierTurns([...turn, { role: "user", parts: [] }])).toBeNull();
    expect(earlierTurns([])).toBeNull();
  });
});

describe("long text", () => {
  it("folds at forty lines and says how many are hidden", () => {
    const long = Array.from({ length: 100 }, (_, index) => `line ${index}`).join("\n");
    const folded = fold(long);
    expect(folded.head.split("\n")).toHaveLength(40);
    expect(folded.hiddenLines).toBe(60);
    expect(fold("short")).toEqual({ head: "short", hiddenLines: 0, hiddenChars: 0 });
  });
  it("folds one endless line", () => {
    const folded = fold("x".repeat(1_000_000));
    expect(folded.head.length).toBeLessThan(10_000);
    expect(folded.hiddenChars).toBeGreaterThan(900_000);
  });
  it("splits without losing anything", () => {
    const odd = `a\n${"y".repeat(5000)}\n`;
    expect(splitLines(odd).join("").length).toBe(odd.length - 2);
    expect(Math.max(...splitLines(odd).map((line) => line.length))).toBe(2000);
  });
  it("counts words and finds", () => {
    expect(wordCount("  one two\nthree ")).toBe(3);
    expect(findAll("Refund, refund", "REFUND")).toEqual([
      [0, 6],
      [8, 14],
    ]);
    expect(findAll("abc", " ")).toEqual([]);
  });
});
