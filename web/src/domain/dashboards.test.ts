import { describe, expect, it } from "vitest";
import {
  askedMeasures,
  both,
  csvOf,
  drillFilter,
  formatValue,
  groupsOf,
  linesOf,
  marksOf,
  measureLabel,
  NEW_WIDGET,
  segmentsOf,
  trailingMean,
  unitOf,
  type Widget,
} from "./dashboards";

const widget = (change: Partial<Widget> = {}): Widget => ({ ...NEW_WIDGET, id: "w", x: 0, y: 0, ...change });
const day = (number: number) => new Date(Date.UTC(2026, 10, number)).toISOString();
const at = (number: number) => Date.UTC(2026, 10, number);

describe("lines", () => {
  it("fill times without rows with zero for sums and leave means open", () => {
    const rows = [{ time: day(2), cost_sum: 3, duration_p95: 7 }];
    const range = { from: at(1), to: at(4) };
    const measures = [
      { measure: "cost", aggregation: "sum" },
      { measure: "duration", aggregation: "p95" },
    ];
    const [cost, duration] = linesOf(rows, widget({ measures }), range, "day");
    expect(cost?.points.map(([, value]) => value)).toEqual([0, 3, 0]);
    expect(duration?.points.map(([, value]) => value)).toEqual([null, 7, null]);
  });

  it("draw a mean over days that begins with days before the range", () => {
    const rows = [1, 2, 3, 4].map((number) => ({ time: day(number), "score:thumbs_avg": number / 10 }));
    const measures = [{ measure: "score:thumbs", aggregation: "avg" }];
    const lines = linesOf(rows, widget({ measures, smooth: 3 }), { from: at(3), to: at(5) }, "day");
    expect(lines.map(({ smooth }) => smooth)).toEqual([false, true]);
    const mean = new Map(lines[1]?.points);
    expect(mean.get(at(3))).toBeCloseTo(0.2);
    expect(mean.get(at(4))).toBeCloseTo(0.3);
  });

  it("are one for each value of the dimensions, the rest last", () => {
    const rows = [
      { time: day(1), other: true, model: null, cost_sum: 9 },
      { time: day(1), model: null, cost_sum: 1 },
      { time: day(1), model: "a", cost_sum: 2 },
    ];
    const names = linesOf(rows, widget({ dimensions: ["model"] }), { from: at(1), to: at(2) }, "day").map(
      ({ name }) => name,
    );
    expect(names).toEqual(["a", "not named", "other"]);
  });
});

it("a trailing mean jumps over what has no value", () => {
  expect(
    trailingMean(
      [
        [1, 1],
        [2, null],
        [3, 3],
        [9, null],
      ],
      2,
    ),
  ).toEqual([
    [1, 1],
    [2, 1],
    [3, 3],
    [9, 3],
  ]);
});

describe("drilling down", () => {
  const split = widget({ dimensions: ["feature", "model"], filter: "kind:generation" });
  const [group] = groupsOf([{ feature: "support chat", model: null, cost_sum: 1 }], split);

  it("asks for the values of the point, and for what is not named", () => {
    expect(drillFilter("environment:production", split, group ?? null)).toBe(
      'environment:production kind:generation feature:"support chat" -has:model',
    );
  });

  it("asks for failures behind a rate of failures", () => {
    const errors = widget({ measures: [{ measure: "errors", aggregation: "rate" }] });
    expect(drillFilter("", errors, null)).toBe("outcome:error");
  });

  it("keeps alternatives together", () => {
    expect(both("a:1 OR a:2", "", "b:3")).toBe("(a:1 OR a:2) b:3");
  });
});

describe("segments", () => {
  const rates = widget({
    chart: "segments",
    measures: [{ measure: "errors", aggregation: "rate" }],
    dimensions: ["release"],
    better: "less",
  });

  it("ask for the number of cases", () => {
    expect(askedMeasures(rates).map(({ measure }) => measure)).toEqual(["errors", "spans"]);
  });

  it("put the surely worst first: three of four is less sure than forty of a hundred", () => {
    const rows = [
      { release: "few", errors_rate: 0.75, spans_count: 2 },
      { release: "good", errors_rate: 0.01, spans_count: 1000 },
      { release: "bad", errors_rate: 0.4, spans_count: 100 },
      { release: "none", errors_rate: null, spans_count: 0 },
    ];
    expect(segmentsOf(rows, rates).map(({ group }) => group.name)).toEqual(["bad", "few", "good"]);
  });
});

describe("marks", () => {
  const events = [
    { time: day(1), kind: "release", title: "1.0" },
    { time: day(9), kind: "model", title: "gpt-5" },
    { time: new Date(at(9) + 60_000).toISOString(), kind: "deploy", title: "again" },
    { time: day(30), kind: "deploy", title: "outside" },
  ];
  it("join what stands on top of each other", () => {
    const marks = marksOf(events, { from: at(1), to: at(15) });
    expect(marks.map(({ label }) => label)).toEqual(["release", "2 changes"]);
    expect(marks[1]?.titles).toEqual(["gpt-5", "again"]);
  });
});

describe("values", () => {
  it("have the unit of their measure", () => {
    expect(unitOf({ measure: "cost", aggregation: "sum" })).toBe("money");
    expect(unitOf({ measure: "cost", aggregation: "count" })).toBe("count");
    expect(unitOf({ measure: "errors", aggregation: "rate" })).toBe("share");
    expect(formatValue("share", 0.123)).toBe("12 %");
    expect(formatValue("money", null)).toBe("–");
    expect(measureLabel({ measure: "score:thumbs", aggregation: "avg" })).toBe("thumbs mean");
  });
});

it("a table for spreadsheets quotes and runs nothing", () => {
  const table = widget({ chart: "table", dimensions: ["feature"] });
  const text = csvOf([{ feature: '=HYPERLINK("x"),', cost_sum: -1.5 }], table);
  expect(text).toBe('feature,cost_sum\r\n"\'=HYPERLINK(""x""),",-1.5\r\n');
});
