import { describe, expect, it } from "vitest";
import { chanceWords, formatOf, importedWords } from "./datasets";

describe("formatOf", () => {
  it("goes by the ending", () => {
    expect(formatOf("a.b.CSV")).toBe("csv");
    expect(formatOf("x.ndjson")).toBe("jsonl");
    expect(formatOf("x.pq")).toBe("parquet");
    expect(formatOf("csv")).toBeNull();
    expect(formatOf("x.xlsx")).toBeNull();
  });
});

describe("importedWords", () => {
  const done = { version: 3, lines: 4, added: 2, changed: 1, unchanged: 0, duplicates: 0, fault_count: 1 };
  it("leaves out what is none", () => {
    expect(importedWords(done)).toBe("Version 3 of 4 lines: 2 added, 1 changed, 1 left out.");
  });
  it("says when nothing is new", () => {
    expect(importedWords({ ...done, added: 0, changed: 0, unchanged: 3 })).toBe(
      "No new version: 3 unchanged, 1 left out.",
    );
  });
});

describe("chanceWords", () => {
  it("keeps a digit where it is small", () => {
    expect([0, 0.004, 0.4, 1].map(chanceWords)).toEqual(["0 %", "0.4 %", "40 %", "100 %"]);
  });
});
