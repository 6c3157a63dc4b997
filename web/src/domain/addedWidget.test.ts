import { describe, expect, it } from "vitest";
import { newId, withWidget } from "./dashboardGrid";
import { NEW_WIDGET, tableWidget, type Widget } from "./dashboards";

describe("a widget that is added to a dashboard", () => {
  it("stands below all others under an id of its own", () => {
    const first = withWidget<Widget>([], tableWidget("Spend", ["feature"], "cost.sum"));
    const both = withWidget(first, { ...NEW_WIDGET, title: "Again", w: 12 });
    expect(both.map(({ id, x, y, w }) => [id, x, y, w])).toEqual([
      ["w1", 0, 0, 6],
      ["w2", 0, 4, 12],
    ]);
    expect(newId([{ id: "w2" }])).toBe("w3");
  });

  it("asks what the table shows", () => {
    const widget = tableWidget(
      "Spend",
      ["prompt_name", "prompt_version"],
      "cost.sum score:csat.avg",
      "kind:generation",
    );
    expect(widget.chart).toBe("table");
    expect(widget.dimensions).toEqual(["prompt_name", "prompt_version"]);
    expect(widget.measures).toEqual([
      { measure: "cost", aggregation: "sum" },
      { measure: "score:csat", aggregation: "avg" },
    ]);
    expect(widget.filter).toBe("kind:generation");
  });
});
