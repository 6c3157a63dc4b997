import { describe, expect, it } from "vitest";
import { cellsOf, inputText } from "./runItems";

describe("inputText", () => {
  it("names what is replayed", () => {
    expect(inputText({ trace_id: "a".repeat(32) })).toBe("trace aaaaaaaa…");
    expect(inputText({ trace_id: "a", span_id: "b" })).toBe("span b…");
  });

  it("shows a case with its pane, and anything else as it is", () => {
    expect(inputText({ pane: 0, case: { id: "1", input: "Hi" } })).toBe("pane 1: Hi");
    expect(inputText({ pane: -1, case: { id: "1", trace_id: "a", span_id: "b" } })).toBe("recorded: span b…");
    expect(inputText(["x"])).toBe('["x"]');
  });
});

describe("cellsOf", () => {
  it("has nothing before there is an output", () => {
    expect(cellsOf(null)).toEqual([]);
  });

  it("shows each chain of a replay beside what was recorded", () => {
    const output = {
      chains: [
        { stopped: "", replayed: { text: "new", trace_id: "t", span_id: "s" }, recorded: { text: "old" }, tool: null },
        { stopped: "tool_call_differs", replayed: null, recorded: { text: "old" }, tool: { name: "f" } },
      ],
    };
    expect(cellsOf(output)).toMatchObject([
      { text: "new", before: "old", stop: "", traceId: "t", spanId: "s" },
      { text: "", before: "old", stop: "stopped: a tool was called otherwise", tool: '{"name":"f"}' },
    ]);
  });

  it("shows what evaluators gave, and why one gave nothing", () => {
    const scores = [
      { name: "short", value: true, status: "valid", comment: "9 words." },
      { name: "helpful", value: 0.75, status: "valid", comment: "" },
      { name: "faithful", value: null, status: "invalid", comment: "There is no context." },
    ];
    expect(cellsOf({ text: "Hi", scores })[0]?.scores).toEqual([
      { name: "short", text: "yes", why: "9 words." },
      { name: "helpful", text: "0.75", why: "" },
      { name: "faithful", text: "invalid", why: "There is no context." },
    ]);
  });

  it("shows tool calls where nothing was said, and unknown outputs as JSON", () => {
    expect(cellsOf({ text: "", tool_calls: [{ name: "f" }] })[0]?.text).toBe('[{"name":"f"}]');
    expect(cellsOf({ score: 1 })[0]?.text).toBe('{"score":1}');
  });
});
