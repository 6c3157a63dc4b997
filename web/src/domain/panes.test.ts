import { describe, expect, it } from "vitest";
import { EMPTY_PANE, type Pane, plainText, promptOf, readJson, said, sendable, variablesOf } from "./panes";

const PANE: Pane = {
  ...EMPTY_PANE,
  model: "gpt-4o",
  messages: [said("system", "Greet {{name}}."), said("user", ""), said("user", "Hi, {{ name }} from {{place}}")],
  parameters: { temperature: 0 },
};

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
