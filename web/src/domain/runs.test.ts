import { describe, expect, it } from "vitest";
import { measured, measureName, moved, progressOf, stopText } from "./runs";

describe("runs", () => {
  it("counts what ended, whatever became of it", () => {
    expect(progressOf({ items: 10, done: 3, failed: 1, skipped: 1 })).toBe(0.5);
    expect(progressOf({ items: 0, done: 0, failed: 0, skipped: 0 })).toBe(0);
  });

  it("shows each measure in its unit, and differences with a sign", () => {
    expect(measured("refused", 0.125)).toBe("12.5 %");
    expect(measured("output_tokens", 12.4)).toBe("12");
    expect(moved("output_tokens", -3)).toBe("−3");
    expect(moved("refused", 0.01)).toBe("+1.0 %");
  });

  it("calls what it does not know by its own name", () => {
    expect(measureName("agreement")).toBe("Agreement");
    expect(measureName("score:tone")).toBe("tone");
    expect(stopText("")).toBe("replayed whole");
    expect(stopText("else")).toBe("else");
  });
});
