import { describe, expect, it } from "vitest";
import {
  append,
  canRemove,
  chosenValues,
  completionAt,
  excludedValues,
  quote,
  removeField,
  setValue,
  terms,
  toggleValue,
  tokenize,
  unquote,
  withEnvironment,
} from "./filterText";

const ODD = [
  'auth:sso cost>0.0004 -tag:smoke "refund policy"',
  'a:"',
  "(((",
  "-",
  "a:b,,c",
  "a:(b,,c",
  "a:(b c) d",
  'metadata."odd key":x',
  "日本語 OR \u202e",
  "",
];

describe("tokens", () => {
  it.each(ODD)("lose nothing of %j", (text) => {
    expect(
      tokenize(text)
        .map((token) => token.text)
        .join(""),
    ).toBe(text);
  });
  it("know fields, operators, values and exclusions", () => {
    expect(tokenize("-tag:smoke cost>=0.01 x").map((token) => token.kind)).toEqual([
      "not",
      "field",
      "operator",
      "value",
      "space",
      "field",
      "operator",
      "value",
      "space",
      "word",
    ]);
  });
  it("read terms with several values", () => {
    expect(terms('model:(gpt-4o, "a b") -user:u1')).toMatchObject([
      { field: "model", values: ["gpt-4o", "a b"], negated: false },
      { field: "user", values: ["u1"], negated: true, from: 22 },
    ]);
  });
});

describe("quoting", () => {
  it.each(["gpt-4o", "a b", 'say "hi"', "back\\slash", "-1", "OR", "a,b", "日本", "support/system@3"])(
    "returns %j",
    (value) => {
      expect(unquote(quote(value))).toBe(value);
      expect(chosenValues(`name:${quote(value)}`, "name")).toEqual([value]);
    },
  );
});

describe("facets edit the typed text", () => {
  it("adds, extends, shrinks and removes", () => {
    let text = toggleValue("cost>0.01", "model", "gpt-4o");
    expect(text).toBe("cost>0.01 model:gpt-4o");
    text = toggleValue(text, "model", "claude 4");
    expect(text).toBe('cost>0.01 model:(gpt-4o, "claude 4")');
    expect(chosenValues(text, "model")).toEqual(["gpt-4o", "claude 4"]);
    text = toggleValue(text, "model", "gpt-4o");
    expect(toggleValue(text, "model", "claude 4")).toBe("cost>0.01");
  });
  it("excludes beside choosing", () => {
    const text = toggleValue("tag:a", "tag", "smoke", true);
    expect(text).toBe("tag:a -tag:smoke");
    expect(excludedValues(text, "tag")).toEqual(["smoke"]);
    expect(chosenValues(text, "tag")).toEqual(["a"]);
  });
  it("replaces and removes a field", () => {
    expect(setValue("user:a -user:b x", "user", "c")).toBe("x user:c");
    expect(removeField('user:a "two  spaces"', "user")).toBe('"two  spaces"');
    expect(append("", "a:b")).toBe("a:b");
  });
});

describe("environment", () => {
  it("keeps the position of errors", () => {
    const { filter, offset } = withEnvironment("cost>x", "production");
    expect(filter.slice(offset)).toBe("cost>x");
    expect(withEnvironment("", "production").filter).toBe("environment:production");
    expect(withEnvironment("a:b", "").filter).toBe("a:b");
  });
  it("groups alternatives", () => {
    expect(withEnvironment("a:b OR c:d", "prod").filter).toBe("environment:prod (a:b OR c:d)");
  });
});

describe("completion", () => {
  it("completes fields and values", () => {
    expect(completionAt("mod", 3)).toMatchObject({ what: "field", prefix: "mod", from: 0, to: 3 });
    expect(completionAt("a:b ", 4)).toMatchObject({ what: "field", prefix: "" });
    expect(completionAt("model:gp", 8)).toMatchObject({ what: "value", field: "model", prefix: "gp", from: 6 });
    expect(completionAt("model:", 6)).toMatchObject({ what: "value", field: "model", prefix: "", from: 6 });
    expect(completionAt("model:(a, b)", 11)).toMatchObject({ what: "value", field: "model", prefix: "b", from: 10 });
    expect(completionAt('"in a phrase', 5)).toBeNull();
  });
});

it("a term can be taken out unless the filter has alternatives", () => {
  expect(canRemove("user:ann release:1.2")).toBe(true);
  expect(canRemove('name:"this OR that" release:1.2')).toBe(true);
  expect(canRemove("user:ann OR release:1.2")).toBe(false);
});
