import { describe, expect, it } from "vitest";
import { changeOf, changeText, groupsOf, pointsOf } from "./series";

const HOUR = 3_600_000;
const time = (hour: number) => new Date(hour * HOUR).toISOString();

describe("series", () => {
  it("fills gaps and adds rows of one bucket", () => {
    const rows = [
      { time: time(0), n: 2 },
      { time: time(2), n: 3 },
      { time: time(2), n: 4 },
    ];
    expect(pointsOf(rows, "n", { from: 0, to: 3 * HOUR }, "hour", 0)).toEqual([
      [0, 2],
      [HOUR, 0],
      [2 * HOUR, 7],
    ]);
    expect(pointsOf(rows, "n", { from: 0, to: 3 * HOUR }, "hour", null)[1]).toEqual([HOUR, null]);
  });
  it("joins the small as other", () => {
    const rows = ["a", "b", "c", "d"].map((model, index) => ({ model, cost: 10 - index }));
    const groups = groupsOf(rows, "model", "cost", 3);
    expect(groups.map((group) => [group.name, group.total])).toEqual([
      ["a", 10],
      ["b", 9],
      ["other", 15],
    ]);
    expect(groups[2]?.rows).toHaveLength(2);
    expect(groupsOf([{ cost: 1 }], "model", "cost", 3)[0]?.name).toBe("not named");
  });
  it("compares with before only where there was one", () => {
    expect(changeOf(3, 2)).toBe(0.5);
    expect(changeOf(3, 0)).toBeNull();
    expect(changeOf(null, 2)).toBeNull();
    expect([0.02, -0.4, 2, 20].map(changeText)).toEqual(["2.0 %", "40 %", "200 %", "×21"]);
  });
});
