import { describe, expect, it } from "vitest";
import {
  EMPTY_PANE,
  type Pane,
  packed,
  plainText,
  promptOf,
  readJson,
  said,
  sendable,
  unpacked,
  variablesOf,
} from "./panes";

const PANE: Pane = {
  ...EMPTY_PANE,
  model: "gpt-4o",
  messages: [said("system", "Greet {{name}}."), said("user", ""), said("user", "Hi, {{ name }} from {{place}}")],
  parameters: { temperature: 0 },
};

describe("panes in an address", () => {
  it("come back as they were, whatever was written", () => {
    const panes = [
      PANE,
      { ...EMPTY_PANE, messages: [said("user", "Grüße 👋 {{x}} + / ?&=")], prompt: { name: "a/b", version: 3 } },
    ];
    expect(packed(panes)).toMatch(/^[\w-]+$/);
    expect(unpacked(packed(panes))).toEqual(panes);
    expect(unpacked(packed([EMPTY_PANE]))).toEqual([EMPTY_PANE]);
  });

  it("are nothing where the address holds something else", () => {
    const written = (value: unknown) => btoa(JSON.stringify(value));
    for (const text of [
      "",
      "%%%",
      "abc",
      written({}),
      written([]),
      written([1]),
      written([{ messages: [{ parts: 1 }] }]),
    ])
      expect(unpacked(text)).toBeNull();
  });
});

describe("panes", () => {
  it("finds each variable once, in order", () => {
    expect(variablesOf(PANE.messages)).toEqual(["name", "place"]);
    expect(variablesOf([said("user", "{{1x}} { {a} } {{a b}}")])).toEqual([]);
  });

  it("sends no empty message", () => {
    expect(sendable(PANE).messages.map(plainText)).toEqual(["Greet {{name}}.", "Hi, {{ name }} from {{place}}"]);
  });

  it("does not edit as text what is more than text", () => {
    expect(plainText({ role: "tool", parts: [{ type: "tool_result", result: 1 }] })).toBeNull();
  });

  it("becomes a chat prompt with its config", () => {
    expect(promptOf(PANE)).toEqual({
      prompt: [
        { role: "system", content: "Greet {{name}}." },
        { role: "user", content: "Hi, {{ name }} from {{place}}" },
      ],
      config: { model: "gpt-4o", parameters: { temperature: 0 } },
    });
  });

  it("names the field whose JSON cannot be read", () => {
    expect(readJson("  ", "Tools")).toBeNull();
    expect(readJson("[1]", "Tools")).toEqual([1]);
    expect(() => readJson("[1", "Tools")).toThrow("Tools is not valid JSON.");
  });
});
