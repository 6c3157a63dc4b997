import { describe, expect, it } from "vitest";
import type { Dimension } from "@/api/annotations";
import { agreementWord, choiceAt, choicesOf, missing, nextPlace, readDimensions, writeDimensions } from "./rating";

const dimension = (more: Partial<Dimension>): Dimension => ({
  name: "d",
  type: "boolean",
  categories: [],
  low: 1,
  high: 5,
  required: true,
  description: "",
  ...more,
});

describe("digits", () => {
  it("are numbers of a scale and places of everything else", () => {
    expect(choiceAt(dimension({}), 1)?.value).toBe(true);
    expect(choiceAt(dimension({}), 2)?.value).toBe(false);
    expect(choiceAt(dimension({}), 3)).toBeUndefined();
    expect(choiceAt(dimension({ type: "categorical", categories: ["warm", "cold"] }), 2)?.value).toBe("cold");
    expect(choiceAt(dimension({ type: "numeric" }), 5)?.value).toBe(5);
    expect(choiceAt(dimension({ type: "numeric", low: 0, high: 3 }), 0)?.value).toBe(0);
    expect(choiceAt(dimension({ type: "numeric", low: -2, high: 2 }), 1)?.value).toBe(-2);
    expect(choicesOf(dimension({ type: "numeric" })).map((choice) => choice.label)).toEqual(["1", "2", "3", "4", "5"]);
  });
});

describe("the next question", () => {
  const three = ["a", "b", "c"].map((name) => dimension({ name, required: name !== "c" }));
  it("is the next open one", () => {
    expect(nextPlace(three, { a: true }, 0)).toBe(1);
    expect(nextPlace(three, { a: true, b: true }, 0)).toBe(2);
    expect(nextPlace(three, { a: true, b: true, c: true }, 0)).toBe(1);
    expect(nextPlace(three, {}, 2)).toBe(2);
  });
  it("and what is missing is named", () => {
    expect(missing(three, { a: false })).toEqual(["b"]);
    expect(missing(three, { a: false, b: true })).toEqual([]);
  });
});

describe("dimensions in one field", () => {
  it("are read by their shape", () => {
    expect(readDimensions("good, tone?: warm | cold\nstars: 1-5,")).toEqual([
      { name: "good", required: true, type: "boolean" },
      { name: "tone", required: false, type: "categorical", categories: ["warm", "cold"] },
      { name: "stars", required: true, type: "numeric", low: 1, high: 5 },
    ]);
  });
});

describe("the word for an agreement", () => {
  it("needs its interval", () => {
    expect(agreementWord(null, null)).toContain("nobody");
    expect(agreementWord(null, 0.9)).toContain("too few");
    expect(agreementWord(0.81, 0.9)).toBe("reliable");
    expect(agreementWord(0.7, 0.78)).toBe("usable");
    expect(agreementWord(0.5, 0.7)).toContain("more items");
    expect(agreementWord(0.2, 0.4)).toContain("not reliable");
  });
});

describe("writeDimensions", () => {
  it("writes what readDimensions reads", () => {
    const written = "good, tone?: warm | cold, stars: 1-5";
    const whole = readDimensions(written).map((one) => ({
      categories: [],
      low: 1,
      high: 5,
      description: "",
      ...one,
    })) as Parameters<typeof writeDimensions>[0];
    expect(writeDimensions(whole)).toBe(written);
  });
});
