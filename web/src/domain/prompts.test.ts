import { describe, expect, test } from "vitest";
import { armsText, byFolder, pieces, promptText, typedValue } from "./prompts";

describe("folders", () => {
  test("those without a folder come first, the rest by folder", () => {
    const names = ["support/answer", "greeting", "support/vip/answer", "sales/pitch", "support/close"];
    const folders = byFolder(names.map((name) => ({ name })));
    expect(folders.map((folder) => [folder.name, folder.entries.map((entry) => entry.name)])).toEqual([
      ["", ["greeting"]],
      ["sales", ["sales/pitch"]],
      ["support", ["support/answer", "support/close"]],
      ["support/vip", ["support/vip/answer"]],
    ]);
  });
});

describe("labels in words", () => {
  test("one version, several, none", () => {
    expect(armsText([{ version: 7, probability: 1 }])).toBe("v7");
    expect(
      armsText([
        { version: 7, probability: 0.9 },
        { version: 8, probability: 0.1 },
      ]),
    ).toBe("v7 90 % · v8 10 %");
    expect(armsText([])).toBe("not set");
  });
});

describe("templates", () => {
  test("tags are told apart, and the pieces are the whole", () => {
    const template = "Be {{>tone@live}}. Answer {{ question }} in {one} line";
    const found = pieces(template);
    expect(found.map((piece) => piece.kind)).toEqual(["text", "reference", "text", "variable", "text"]);
    expect(found.map((piece) => piece.text).join("")).toBe(template);
  });

  test("a chat prompt is one text to compare", () => {
    expect(
      promptText([
        { role: "system", content: "Be kind." },
        { type: "placeholder", name: "history" },
      ]),
    ).toBe("[system]\nBe kind.\n\n[placeholder history]");
    expect(promptText("as it is")).toBe("as it is");
  });

  test("values take the type of their variable", () => {
    expect(typedValue("12", "string")).toBe("12");
    expect(typedValue("12", "number")).toBe(12);
    expect(typedValue('[{"role":"user"}]', "messages")).toEqual([{ role: "user" }]);
    expect(() => typedValue("twelve", "number")).toThrow();
    expect(() => typedValue("[1]", "object")).toThrow();
  });
});
