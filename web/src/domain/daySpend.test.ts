import { describe, expect, it } from "vitest";
import { type CostDay, dayLines, dayRows } from "./daySpend";

const day = (at: number, user: string, cost: number, calls = 1): CostDay => ({
  day: `2026-11-${String(at).padStart(2, "0")}T00:00:00.000000Z`,
  dimensions: { user_id: user },
  calls,
  unpriced: 0,
  input_tokens: 10,
  output_tokens: 1,
  cost,
  cost_input: cost,
  cost_output: 0,
  cost_fixed: 0,
});

describe("days of cost", () => {
  it("are lines by value that sum up to the whole", () => {
    const lines = dayLines([day(1, "a", 1, 4), day(2, "a", 2), day(2, "", 1)], ["user_id"]);
    expect(lines.map(({ name, cost, share, calls, days, tokens }) => [name, cost, share, calls, days, tokens])).toEqual(
      [
        ["a", 3, 0.75, 5, 2, 22],
        ["not named", 1, 0.25, 1, 1, 11],
      ],
    );
    expect(lines[0]?.last).toContain("2026-11-02");
  });

  it("of ten thousand users name the dearest and lose nothing", () => {
    const days = Array.from({ length: 10_000 }, (_, number) => day(1 + (number % 20), `u${number}`, number));
    const rows = dayRows(days, ["user_id"]);
    const sum = rows.reduce((whole, row) => whole + Number(row.cost_sum), 0);
    expect(sum).toBe((9_999 * 10_000) / 2);
    expect(rows.filter((row) => row.other !== true)).toHaveLength(8);
    expect(rows.filter((row) => row.other === true)).toHaveLength(20);
  });

  it("of zero cost have no share, and none is none", () => {
    expect(dayLines([day(1, "free", 0)], ["user_id"])[0]).toMatchObject({ cost: 0, share: 0, calls: 1 });
    expect(dayLines([], ["user_id"])).toEqual([]);
    expect(dayRows([], ["user_id"])).toEqual([]);
  });
});
