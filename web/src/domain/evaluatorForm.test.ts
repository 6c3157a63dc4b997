import { describe, expect, it } from "vitest";
import type { Definition } from "@/api/evaluators";
import {
  asObject,
  asTexts,
  having,
  messagesOf,
  namedFields,
  readLines,
  readNumber,
  usedVariables,
  withForm,
  withRule,
} from "./evaluatorForm";

const JUDGE: Definition = {
  kind: "judge",
  target: "span",
  output: "boolean",
  score_name: "helpfulness",
  variables: { answer: "$.output" },
  body: {
    connection: "sim",
    messages: [{ role: "user", content: "<a>{{ answer }}</a> {{question}}" }],
    form: { kind: "boolean" },
  },
};

describe("the form of an evaluator", () => {
  it("changes one thing and leaves the rest", () => {
    const rubric = withForm(JUDGE, "rubric");
    expect(rubric.output).toBe("numeric");
    expect(rubric.body.connection).toBe("sim");
    expect(asObject(rubric.body.form).kind).toBe("rubric");
    expect(withForm(JUDGE, "choice").output).toBe("categorical");
    expect(
      withRule({ ...JUDGE, body: { rule: "pii", select: "$.input", settings: { kinds: ["email"] } } }, "length").body,
    ).toEqual({
      rule: "length",
      select: "$.input",
      settings: {},
    });
    expect(having({ a: 1, b: 2 }, "a", undefined)).toEqual({ b: 2 });
    expect(having({ a: 1 }, "b", 2)).toEqual({ a: 1, b: 2 });
  });

  it("keeps what is no number as text, so that the server names the field", () => {
    expect(readNumber(" 0.5 ")).toBe(0.5);
    expect(readNumber("many")).toBe("many");
    expect(readNumber("")).toBeUndefined();
  });

  it("reads what it finds without trust", () => {
    expect(asTexts("no list")).toEqual([]);
    expect(messagesOf({ messages: [5, { content: 7 }] })).toEqual([
      { role: "user", content: "" },
      { role: "user", content: "7" },
    ]);
    expect(readLines(" a \n\n b")).toEqual(["a", "b"]);
    expect(usedVariables(JUDGE.body)).toEqual(["answer", "question"]);
  });

  it("finds the fields that a message names", () => {
    expect(namedFields("`variables.answer`: `$[` is no JSONPath")).toEqual(
      ["variables.answer", "answer", "$[", "$["].slice(0, 3),
    );
    expect(namedFields("The form's `min` (5) is not below its `max` (1).")).toEqual(["min", "max"]);
    expect(namedFields("no names here")).toEqual([]);
  });
});
