import { describe, expect, it } from "vitest";
import { filledSpan } from "./briefSpans";

describe("filledSpan", () => {
  it("fills in what the server left out", () => {
    const span = filledSpan({ span_id: "a", start_time: "2026-11-24T06:00:00.000000Z" });
    expect(span).toMatchObject({ kind: "span", outcome: "success", end_time: null, cost: null, counted: true });
    expect(span.first_token_time).toBeNull();
  });

  it("keeps what was written, and knows when the first token came", () => {
    const span = filledSpan({
      span_id: "b",
      kind: "generation",
      outcome: "refused",
      start_time: "2026-11-24T06:00:00.000000Z",
      end_time: "2026-11-24T06:00:02.000000Z",
      ttft: 250.5,
      counted: false,
    });
    expect(span).toMatchObject({ kind: "generation", outcome: "refused", counted: false });
    expect(span.first_token_time).toBe("2026-11-24T06:00:00.250Z");
    expect(span.end_time).toBe("2026-11-24T06:00:02.000000Z");
  });
});
