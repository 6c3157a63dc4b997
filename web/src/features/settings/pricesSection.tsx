/** The project's own prices, which win over the public list. */

import { useQuery } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { createPrice, pricesQuery, removePrice } from "@/api/settings";
import { USAGE_KINDS, USAGE_LABELS } from "@/domain/cost";
import { formatUnitPrice } from "@/domain/format";
import { Button, TextInput } from "@/ui/controls";
import { Clock } from "@/ui/values";
import { Repricing } from "./repricing";
import { Field, Row, Section, useChange } from "./section";

const FIRST_KINDS = ["input", "cache_read", "output"] as const;

export function PricesSection() {
  const { data: prices = [] } = useQuery(pricesQuery());
  const remove = useChange(removePrice, "Price deleted; what was priced by it stays as it was");
  return (
    <Section
      title="Model prices"
      about="Public prices come with the server. A price here wins over them for models whose whole name its pattern matches, from its date on, for calls that arrive from now on."
    >
      <PriceForm />
      <ul>
        {prices.map((price) => (
          <Row key={price.id}>
            <span className="mono recorded cut w-56">{price.model_pattern}</span>
            <span className="w-24 text-fg-2">{price.provider ?? "any provider"}</span>
            <span className="flex flex-1 flex-wrap gap-x-4">
              {Object.entries(price.prices).map(([kind, usd]) => (
                <span key={kind} className="whitespace-nowrap">
                  <span className="text-fg-3">{USAGE_LABELS[kind] ?? kind}</span> {formatUnitPrice(usd)}
                </span>
              ))}
            </span>
            <span className="text-fg-3">
              from <Clock time={price.from_time} clock="date" />
            </span>
            <Button
              look="ghost"
              square
              icon={Trash2}
              aria-label={`Delete the price of ${price.model_pattern}`}
              onClick={() => remove.mutate(price.id)}
            />
          </Row>
        ))}
        {prices.length === 0 && (
          <li className="text-label text-fg-3">
            No own price: all models are priced by the public list, where it knows them.
          </li>
        )}
      </ul>
      <Repricing />
    </Section>
  );
}

function PriceForm() {
  const [pattern, setPattern] = useState("");
  const [provider, setProvider] = useState("");
  const [from, setFrom] = useState("");
  const [all, setAll] = useState(false);
  const [amounts, setAmounts] = useState<Record<string, string>>({});
  const create = useChange(createPrice, "Price added", () => {
    setPattern("");
    setAmounts({});
  });
  const prices = Object.fromEntries(
    Object.entries(amounts).flatMap(([kind, text]) =>
      text.trim() !== "" && Number.isFinite(Number(text)) ? [[kind, Number(text)]] : [],
    ),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({
      model_pattern: pattern.trim(),
      provider: provider.trim() || null,
      from_time: from ? new Date(from).toISOString() : "1970-01-01T00:00:00Z",
      prices,
    });
  };
  return (
    <form onSubmit={submit} className="flex flex-wrap items-end gap-3" aria-label="Add a price">
      <Field label="Model, a regular expression">
        <TextInput
          value={pattern}
          onChange={(event) => setPattern(event.target.value)}
          placeholder="acme-chat-.*"
          className="mono w-52"
        />
      </Field>
      <Field label="Provider">
        <TextInput
          value={provider}
          onChange={(event) => setProvider(event.target.value)}
          placeholder="any"
          className="w-28"
        />
      </Field>
      <Field label="From">
        <TextInput type="date" value={from} onChange={(event) => setFrom(event.target.value)} className="w-36" />
      </Field>
      {(all ? USAGE_KINDS : FIRST_KINDS).map((kind) => (
        <Field key={kind} label={`${USAGE_LABELS[kind]}, $ / M`}>
          <TextInput
            inputMode="decimal"
            value={amounts[kind] ?? ""}
            onChange={(event) => setAmounts({ ...amounts, [kind]: event.target.value })}
            className="num w-24"
          />
        </Field>
      ))}
      {!all && (
        <Button look="ghost" onClick={() => setAll(true)}>
          More kinds
        </Button>
      )}
      <Button
        type="submit"
        look="primary"
        icon={Plus}
        disabled={!pattern.trim() || Object.keys(prices).length === 0 || create.isPending}
      >
        Add price
      </Button>
    </form>
  );
}
