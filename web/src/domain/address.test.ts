import { describe, expect, it } from "vitest";
import { carried, parseSearch, rangeOf, stringifySearch, validateSearch } from "./address";

describe("addresses", () => {
  it("are readable and come back as they went", () => {
    const search = { filter: 'model:gpt-4o cost>0.01 "a&b=c#d"', from: "-3h", peek: "abc" };
    const text = stringifySearch(search);
    expect(text).toContain("filter=model:gpt-4o+");
    expect(validateSearch(parseSearch(text))).toEqual(search);
  });
  it("drop what no page knows, and anything that is not text", () => {
    expect(validateSearch({ evil: "1", filter: 7, order: "", to: "x" })).toEqual({ to: "x" });
    expect(stringifySearch({ a: undefined })).toBe("");
  });
  it("carry time and environment, nothing else", () => {
    expect(carried({ from: "-1h", env: "staging", filter: "a:b", peek: "x" })).toEqual({
      from: "-1h",
      to: undefined,
      env: "staging",
    });
    expect(rangeOf({})).toEqual({ from: "-24h", to: "" });
  });
});
