/** Tokens and money of a call, and why: kind by kind, with the unit price and where it came from. */

import { CircleDollarSign } from "lucide-react";
import type { SpanDetail } from "@/api/types";
import { costLines, tokenTotals, USAGE_KINDS, USAGE_LABELS } from "@/domain/cost";
import { formatAmount, formatCount, formatMoney, formatUnitPrice } from "@/domain/format";
import { Button } from "@/ui/controls";
import { Popover } from "@/ui/overlays";

const COLOURS: Record<string, string> = {
  input: "var(--series-5)",
  cache_read: "var(--series-7)",
  cache_write: "var(--series-3)",
  cache_write_1h: "var(--series-4)",
  output: "var(--series-2)",
  reasoning: "var(--series-6)",
  audio_in: "var(--series-1)",
  audio_out: "var(--series-8)",
  fixed: "var(--series-other)",
};

export function CostPopover({ span }: { span: SpanDetail }) {
  const totals = tokenTotals(span.usage);
  if (!totals.reported && span.cost === null) return null;
  return (
    <Popover
      label="Why this cost"
      className="w-[360px]"
      trigger={
        <Button icon={CircleDollarSign} aria-label={`Cost ${formatMoney(span.cost)}: why`}>
          {span.cost === null ? "unpriced" : formatMoney(span.cost)}
        </Button>
      }
    >
      <WhyThisCost span={span} />
    </Popover>
  );
}

export function WhyThisCost({ span }: { span: SpanDetail }) {
  const lines = costLines(span.cost_explained, span.cost_detail, span.usage);
  const totals = tokenTotals(span.usage);
  return (
    <div className="text-label">
      <div className="flex items-baseline gap-2">
        <h3>{span.cost === null ? "No price" : `Why ${formatMoney(span.cost)}`}</h3>
        <span className="cut text-fg-3">{[span.provider, span.price_source].filter(Boolean).join(", ")}</span>
      </div>
      {lines.length > 0 ? (
        <>
          <div className="my-2 flex h-1.5 gap-px overflow-hidden rounded-bar" aria-hidden="true">
            {lines.map((line) => (
              <i key={line.kind} style={{ width: `${line.share * 100}%`, background: COLOURS[line.kind] }} />
            ))}
          </div>
          <table className="w-full">
            <tbody>
              {lines.map((line) => (
                <tr key={line.kind} className="h-6">
                  <td>
                    <i className="mr-2 inline-block size-2 rounded-full" style={{ background: COLOURS[line.kind] }} />
                    {line.label}
                  </td>
                  <td className="num text-fg-2">{line.tokens === null ? "" : formatCount(line.tokens)}</td>
                  <td className="num text-fg-3">
                    {line.unitPrice === null ? "" : `× ${formatUnitPrice(line.unitPrice)} / M`}
                  </td>
                  <td className="num">{formatMoney(line.amount)}</td>
                </tr>
              ))}
              <tr className="h-7 border-t border-line font-semibold">
                <td>total</td>
                <td className="num">{formatCount(totals.total)}</td>
                <td />
                <td className="num">{formatMoney(lines.reduce((sum, line) => sum + line.amount, 0))}</td>
              </tr>
            </tbody>
          </table>
        </>
      ) : (
        <TokenLines span={span} />
      )}
      <CostNotes span={span} />
    </div>
  );
}

function TokenLines({ span }: { span: SpanDetail }) {
  const kinds = USAGE_KINDS.filter((kind) => span.usage[kind]);
  return (
    <dl className="my-2">
      {kinds.map((kind) => (
        <div key={kind} className="flex h-6 justify-between">
          <dt>{USAGE_LABELS[kind]}</dt>
          <dd className="text-fg-2">{formatCount(span.usage[kind])}</dd>
        </div>
      ))}
    </dl>
  );
}

function CostNotes({ span }: { span: SpanDetail }) {
  const notes: string[] = [];
  if (span.cost === null && span.model) {
    notes.push(
      `No price is known for ${span.model}${span.provider ? ` of ${span.provider}` : ""}. Unpriced is not zero: add a price under Settings, Prices.`,
    );
  }
  if (!span.counted && span.counted_in)
    notes.push(`Counted in ${span.counted_in}: that span describes the same call, so it is not added twice.`);
  else if (!span.counted && span.cost !== null)
    notes.push("Not added to the trace's total: a span below it carries this call.");
  if (span.price_source?.startsWith("override")) notes.push("Priced by an override of this project.");
  if (span.price_source === "reported") notes.push("The amount is what the application itself reported.");
  const detail = typeof span.cost_detail?.total === "number" ? span.cost_detail.total : null;
  if (detail !== null && span.cost !== null && Math.abs(detail - span.cost) > 1e-9)
    notes.push(`The parts sum to $${formatAmount(detail)}.`);
  if (notes.length === 0) return null;
  return (
    <ul className="mt-2 flex flex-col gap-1 text-fg-3">
      {notes.map((note) => (
        <li key={note} className="recorded">
          {note}
        </li>
      ))}
    </ul>
  );
}
