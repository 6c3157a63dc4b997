import { describe, expect, it } from "vitest";
import { takeEvents } from "./serverEvents";

const TEXT = 'event: delta\ndata: {"text":"Hi"}\n\nevent: answer\ndata: {"text":"Hi there"}\n\n';

describe("takeEvents", () => {
  it("reads whole events", () => {
    expect(takeEvents(TEXT)).toEqual({
      events: [
        { name: "delta", data: { text: "Hi" } },
        { name: "answer", data: { text: "Hi there" } },
      ],
      left: "",
    });
  });

  it("gives the same however the text is cut", () => {
    for (let cut = 0; cut <= TEXT.length; cut++) {
      const first = takeEvents(TEXT.slice(0, cut));
      const second = takeEvents(first.left + TEXT.slice(cut));
      expect([...first.events, ...second.events]).toEqual(takeEvents(TEXT).events);
    }
  });

  it("leaves out what is no JSON, and pings without data", () => {
    expect(takeEvents("event: x\ndata: nonsense\n\n: ping\n\n").events).toEqual([]);
  });
});
