/** The same traffic on another model: tokens that were used, at the other model's rates. */

import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ApiProblem } from "@/api/client";
import { type WhatIf, whatIfQuery } from "@/api/cost";
import { widgetQuery } from "@/api/dashboards";
import { USAGE_LABELS } from "@/domain/cost";
import { both } from "@/domain/dashboards";
import { anyOf } from "@/domain/filterText";
import { formatCount, formatMoney, plural } from "@/domain/format";
import { changeOf, changeText } from "@/domain/series";
import { Labelled } from "@/features/dashboards/widgetForm";
import { useAddress } from "@/ui/address";
import { Button, Select, TextInput } from "@/ui/controls";
import { Fact } from "./parts";
import { useCostScope } from "./useCostScope";

const SUGGESTED = ["gpt-4o-mini", "gpt-4.1-mini", "gpt-4o", "claude-haiku-4-5", "claude-sonnet-4-5"];

export function WhatIfView() {
  const [search, patch] = useAddress();
  const scope = useCostScope();
  const [model, setModel] = useState(search.with ?? "");
  const [of, setOf] = useState("");
  const used = useQuery(
    widgetQuery({
      measures: [{ measure: "cost", aggregation: "sum" }],
      dimensions: ["model"],
      interval: null,
      series: 50,
      ...scope,
      filter: both(scope.filter, "kind:generation"),
    }),
  );
  const models = (used.data?.data ?? []).flatMap((row) => (typeof row.model === "string" ? row.model : []));
  const wanted = search.with ?? "";
  const answer = useQuery(
    whatIfQuery(wanted, { ...scope, filter: both(scope.filter, of ? `model:${anyOf([of])}` : "") }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    patch({ with: model.trim() || null });
  };
  return (
    <div className="flex flex-col gap-5">
      <form onSubmit={submit} aria-label="What if" className="flex flex-wrap items-end gap-3">
        <Labelled label="The traffic of">
          <Select
            value={of}
            options={[["", "all models"], ...models.map((name): [string, string] => [name, name])]}
            onChange={setOf}
          />
        </Labelled>
        <Labelled label="on the model">
          <TextInput
            list="known-models"
            className="mono w-60"
            value={model}
            placeholder="gpt-4o-mini"
            onChange={(event) => setModel(event.target.value)}
          />
        </Labelled>
        <datalist id="known-models">
          {[...new Set([...SUGGESTED, ...models])].map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <Button type="submit" look="primary" disabled={!model.trim()}>
          Compare
        </Button>
      </form>
      {answer.error && (
        <p role="alert" className="text-label text-error">
          {answer.error instanceof ApiProblem ? answer.error.detail : answer.error.message}
        </p>
      )}
      {answer.data ? (
        <Answer found={answer.data} />
      ) : (
        !wanted && (
          <p className="max-w-[80ch] text-label text-fg-3">
            Name a model of the price list, or one whose price is under Settings. Its rates are put on the tokens that
            were used.
          </p>
        )
      )}
    </div>
  );
}

function Answer({ found }: { found: WhatIf }) {
  const change = changeOf(found.other_cost, found.cost);
  return (
    <section aria-label="Comparison" className="flex flex-col gap-4">
      <dl className="flex flex-wrap gap-x-8 gap-y-3">
        <Fact label={`Paid for ${plural(found.calls, "call")}`}>{formatMoney(found.cost)}</Fact>
        <Fact label={`On ${found.model}`}>{formatMoney(found.other_cost)}</Fact>
        <Fact label="Difference">
          {found.other_cost === null ? "–" : formatMoney(found.other_cost - found.cost)}
          {change !== null && (
            <span className="ml-2 text-label font-normal text-fg-3">
              {change > 0 ? "▲" : "▼"} {changeText(change)}
            </span>
          )}
        </Fact>
      </dl>
      <table className="w-fit text-label">
        <thead className="border-b border-line text-micro text-fg-3">
          <tr className="h-7">
            <th className="pr-8 text-left font-medium">Tokens</th>
            <th className="num pl-8 font-medium">Used</th>
            <th className="num pl-8 font-medium">On {found.model}</th>
          </tr>
        </thead>
        <tbody>
          {found.kinds.map(({ kind, tokens, cost }) => (
            <tr key={kind} className="h-7 border-b border-grid">
              <td>{USAGE_LABELS[kind] ?? kind}</td>
              <td className="num pl-8">{formatCount(tokens)}</td>
              <td className="num pl-8">{cost === null ? "has no price" : formatMoney(cost)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="max-w-[80ch] text-label text-fg-2">
        The same tokens at the other rates of today ({found.source}). Another model counts tokens a little differently
        and writes answers of another length.
        {found.left_out > 0 &&
          ` ${plural(found.left_out, "call")} without a known price ${found.left_out === 1 ? "is" : "are"} in neither sum.`}
      </p>
    </section>
  );
}
