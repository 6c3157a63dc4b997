import { describe, expect, it } from "vitest";
import { parseInline, parseMarkdown } from "./markdown";

describe("markdown", () => {
  it("reads the usual blocks", () => {
    const text =
      "# Title\n\nSome **bold** and `code`.\n\n- one\n- two\n\n1. first\n\n> quoted\n\n```sql\nselect 1\n```\n\n---";
    expect(parseMarkdown(text).map((block) => block.type)).toEqual([
      "heading",
      "paragraph",
      "list",
      "list",
      "quote",
      "code",
      "rule",
    ]);
  });
  it("keeps an open fence as code to the end", () => {
    expect(parseMarkdown("```js\nlet a = 1")).toEqual([{ type: "code", language: "js", text: "let a = 1" }]);
  });
  it("leaves HTML as text", () => {
    expect(parseMarkdown("<script>alert(1)</script>")).toEqual([
      { type: "paragraph", children: [{ type: "text", text: "<script>alert(1)</script>" }] },
    ]);
  });
  it("never makes an image, and no link that could run", () => {
    expect(parseInline("![x](https://tracker.example/p.png)")).toEqual([
      { type: "text", text: "![x](https://tracker.example/p.png)" },
    ]);
    expect(parseInline("[click](javascript:alert(1))").every((part) => part.type !== "link")).toBe(true);
    expect(parseInline("[ok](https://example.com)")[0]).toMatchObject({ type: "link", href: "https://example.com/" });
  });
  it("ends on hostile text", () => {
    const started = performance.now();
    parseMarkdown("*".repeat(50_000));
    parseMarkdown("[".repeat(50_000));
    parseMarkdown(`${"_a".repeat(20_000)}`);
    expect(performance.now() - started).toBeLessThan(3000);
  });
});
