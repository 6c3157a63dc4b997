import { describe, expect, it } from "vitest";
import { below, COLUMNS, changed, fitted, type Place, settled } from "./dashboardGrid";

const place = (id: string, x: number, y: number, w = 6, h = 4): Place => ({ id, x, y, w, h });

function free(places: readonly Place[]): boolean {
  const cells = new Set<string>();
  for (const { x, y, w, h } of places)
    for (let column = x; column < x + w; column++)
      for (let row = y; row < y + h; row++) {
        const cell = `${column},${row}`;
        if (cells.has(cell) || column >= COLUMNS) return false;
        cells.add(cell);
      }
  return true;
}

describe("the grid", () => {
  const two = [place("a", 0, 0), place("b", 6, 0), place("c", 0, 4, 12)];

  it("pushes what is in the way down and closes gaps", () => {
    const moved = changed(two, "b", { x: 0, y: 0 });
    expect(moved.map(({ id, x, y }) => [id, x, y])).toEqual([
      ["b", 0, 0],
      ["a", 0, 4],
      ["c", 0, 8],
    ]);
  });

  it("lets things rise into what became free", () => {
    const shrunk = changed(two, "a", { h: 2 });
    expect(shrunk.find(({ id }) => id === "c")?.y).toBe(4);
    expect(settled([place("a", 0, 9)])[0]?.y).toBe(0);
  });

  it("keeps everything inside and apart, whatever is dragged where", () => {
    let places = two;
    let seed = 7;
    const next = (below: number) => {
      seed = (seed * 16807) % 2147483647;
      return seed % below;
    };
    for (let step = 0; step < 300; step++) {
      const id = ["a", "b", "c"][next(3)] as string;
      places = changed(places, id, { x: next(20) - 4, y: next(20) - 4, w: next(16), h: next(24) });
      expect(free(places)).toBe(true);
    }
  });

  it("fits what is wanted into what there is", () => {
    expect(fitted(place("a", 11, -3, 6, 0))).toEqual(place("a", 6, 0, 6, 1));
    expect(below(two, 4, 3)).toEqual({ x: 0, y: 8, w: 4, h: 3 });
  });
});
