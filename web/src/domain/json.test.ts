import { describe, expect, it } from "vitest";
import { asText, jsonLines, parseContainer } from "./json";

const print = (value: unknown, shut?: Set<string>) =>
  jsonLines(value, shut)
    .map((line) => "  ".repeat(line.depth) + line.pieces.map((piece) => piece.text).join(""))
    .join("\n");

describe("json lines", () => {
  it.each([null, 1, "a", true, [], {}, { a: [1, { b: null }], c: {}, d: "x\ny" }, [[["deep"]]]])(
    "print %j as JSON.stringify does",
    (value) => {
      expect(print(value)).toBe(JSON.stringify(value, null, 2));
    },
  );
  it("shows a shut container with its size", () => {
    expect(print({ a: [1, 2, 3] }, new Set(["$/a"]))).toBe('{\n  "a": [ 3 ]\n}');
  });
  it("survives depth and keys that are names of the language", () => {
    let deep: unknown = 0;
    for (let level = 0; level < 20_000; level++) deep = [deep];
    expect(jsonLines(deep)).toHaveLength(40_001);
    expect(print(JSON.parse('{"__proto__": 1, "constructor": 2}'))).toContain('"__proto__": 1');
  });
  it("cuts endless strings", () => expect(print("x".repeat(100_000)).length).toBeLessThan(5000));
});

describe("text", () => {
  it("unfolds only containers", () => {
    expect(parseContainer(' {"a":1}')).toEqual({ a: 1 });
    expect(parseContainer("12")).toBeUndefined();
    expect(parseContainer("{broken")).toBeUndefined();
  });
  it("prints any value", () => {
    expect(asText("a")).toBe("a");
    expect(asText(undefined)).toBe("");
    expect(asText({ a: 1 })).toBe('{\n  "a": 1\n}');
  });
});
