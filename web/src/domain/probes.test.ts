import { expect, it } from "vitest";
import { distanceWords, promptsOf, standing } from "./probes";

const look = { moved: false, distance: 0.107, low: 0.0891, high: 0.1247, answers: 24, failed: 0 };

it("says how a set stands", () => {
  expect(standing(undefined)).toBe("waiting");
  expect(standing({ ...look, moved: true })).toBe("moved");
  expect(standing(look)).toBe("steady");
  expect(standing({ ...look, distance: null })).toBe("reference");
  expect(standing({ ...look, distance: null, answers: 2, failed: 22 })).toBe("failed");
});

it("writes a distance with its interval", () => {
  expect(distanceWords(look)).toBe("0.107 (0.089 to 0.125)");
  expect(distanceWords({ ...look, low: null })).toBe("0.107");
  expect(distanceWords({ ...look, distance: null })).toBe("–");
});

it("parts prompts by empty lines", () => {
  expect(promptsOf("How do I pay?\n\nWhere is it?\nIn detail.\n \n\n")).toEqual([
    "How do I pay?",
    "Where is it?\nIn detail.",
  ]);
});
