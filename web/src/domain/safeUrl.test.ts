import { describe, expect, it } from "vitest";
import { blobPath, isSafeAudio, isSafeImage, safeLink, wholeTextPath } from "./safeUrl";

describe("links", () => {
  it.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "\u0001javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:https://x/1",
    "https://user:pass@evil.example/",
    "//evil.example",
    "/relative",
    "https://exa\u202emple.com",
    `https://a.example/${"x".repeat(3000)}`,
    "",
  ])("refuses %j", (text) => expect(safeLink(text)).toBeNull());
  it.each(["https://example.com/a?b#c", "http://127.0.0.1:7600/", "mailto:a@example.com"])("allows %s", (text) =>
    expect(safeLink(text)).toBe(text),
  );
});

describe("media", () => {
  it("comes only from our own blob store", () => {
    expect(blobPath(`blob:${"a".repeat(64)}`)).toBe(`blobs/${"a".repeat(64)}`);
    expect(blobPath("blob:../../keys")).toBeNull();
    expect(blobPath("https://tracker.example/pixel.png")).toBeNull();
    expect(blobPath(null)).toBeNull();
  });
  it("never shows SVG as an image", () => {
    expect(isSafeImage("image/png")).toBe(true);
    expect(isSafeImage("image/svg+xml")).toBe(false);
    expect(isSafeImage(undefined)).toBe(false);
    expect(isSafeAudio("audio/mpeg")).toBe(true);
    expect(isSafeAudio("text/html")).toBe(false);
  });
});

describe("the rest of a moved text", () => {
  const uri = `blob:${"a".repeat(64)}`;
  it("is where its end says", () => {
    expect(wholeTextPath(`head\n[1019115 more characters in ${uri}]`)).toBe(`blobs/${"a".repeat(64)}`);
  });
  it("is nowhere for a text that is whole", () => {
    for (const text of ["", "head", `[5 more characters in ${uri}]`, `head\n[5 more characters in ${uri}] and on`])
      expect(wholeTextPath(text)).toBeNull();
  });
});
