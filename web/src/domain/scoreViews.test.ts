import { describe, expect, it } from "vitest";
import type { ScoreView } from "@/api/scoreViews";
import { seriesOf, shares, voiceName } from "./scoreViews";

const estimate = (value: number) => ({ value, low: value - 0.1, high: value + 0.1, n: 10 });
const mean = (raw: number | null, corrected: number | null) => ({
  segment: "",
  raw: raw === null ? null : estimate(raw),
  corrected: corrected === null ? null : estimate(corrected),
  missing: 0,
});
const voice = {
  key: "e1",
  source: "evaluator",
  evaluator: "e1",
  name: "Helpfulness",
  mean: mean(0.5, 0.6),
  refused: 0,
};
const VIEW: ScoreView = {
  name: "helpfulness",
  type: "boolean",
  low: 0,
  high: 1,
  start: "2026-11-24T00:00:00Z",
  end: "2026-11-25T00:00:00Z",
  voices: [{ ...voice, bins: [], words: {} }],
  series: [
    { time: "2026-11-24T00:00:00Z", voice: "e1", mean: mean(0.5, 0.6) },
    { time: "2026-11-24T01:00:00Z", voice: "e1", mean: mean(0.4, null) },
    { time: "2026-11-24T02:00:00Z", voice: "e1", mean: mean(null, null) },
  ],
  segments: [],
  against_people: [],
  complete: true,
};

describe("score views", () => {
  it("draw the corrected mean where there is one, with its interval, and a gap where nothing is known", () => {
    const [line, low, high] = seriesOf(VIEW);
    expect(line?.points.map(([, value]) => value)).toEqual([0.6, 0.4, null]);
    expect(low?.points.map(([, value]) => value)).toEqual([0.5, expect.closeTo(0.3), null]);
    expect(high?.faint).toBe(true);
    expect(seriesOf(VIEW, new Set(["e1"]))).toEqual([]);
  });

  it("name sources in words and evaluators by their names", () => {
    expect(voiceName(voice)).toBe("Helpfulness");
    expect(voiceName({ source: "human", name: "human" })).toBe("People");
    expect(voiceName({ source: "new", name: "new" })).toBe("new");
  });

  it("share out the rows of a matrix, empty ones too", () => {
    expect(
      shares([
        [3, 1],
        [0, 0],
      ]),
    ).toEqual([
      [0.75, 0.25],
      [0, 0],
    ]);
  });
});
