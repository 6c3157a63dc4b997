/** The smaller tabs of a span: input and output, documents, attributes, raw. */

import { CheckCircle2, CircleHelp } from "lucide-react";
import { useState } from "react";
import type { Document, SpanDetail } from "@/api/types";
import { formatCount, oneLine, plural } from "@/domain/format";
import { asText } from "@/domain/json";
import { cx } from "@/ui/classes";
import { Badge, CopyButton, TextInput } from "@/ui/controls";
import { Icon } from "@/ui/icons";
import { JsonView } from "@/ui/jsonView";
import { Marked, TextBlock } from "@/ui/text";
import { Clock } from "@/ui/values";
import { Value } from "./messageView";

export function InputOutputTab({ span }: { span: SpanDetail }) {
  return (
    <div className="flex flex-col gap-4">
      <Section title="Input" copy={asText(span.input)}>
        <Value value={span.input} />
      </Section>
      <Section title="Output" copy={asText(span.output)}>
        <Value value={span.output} />
      </Section>
      {Object.keys(span.prompt_variables).length > 0 && (
        <Section title="Prompt variables">
          <Value value={span.prompt_variables} />
        </Section>
      )}
    </div>
  );
}

function Section({ title, copy, children }: { title: string; copy?: string; children: React.ReactNode }) {
  return (
    <section aria-label={title}>
      <div className="mb-1 flex items-center gap-1">
        <h3>{title}</h3>
        {copy && <CopyButton text={copy} label={`Copy the ${title.toLowerCase()}`} />}
      </div>
      {children}
    </section>
  );
}

export function DocumentsTab({ span }: { span: SpanDetail }) {
  const most = Math.max(0.0001, ...span.documents.map((document) => document.score ?? 0));
  return (
    <div className="flex flex-col gap-3">
      {span.retrieval && (
        <p className="recorded text-label text-fg-2">
          {[
            span.retrieval.index && `index ${span.retrieval.index}`,
            span.retrieval.version && `version ${span.retrieval.version}`,
            span.retrieval.top_k && `top ${span.retrieval.top_k}`,
          ]
            .filter(Boolean)
            .join(" · ")}
          {span.retrieval.query && <> for “{oneLine(span.retrieval.query)}”</>}
        </p>
      )}
      {span.documents.map((document, index) => (
        <DocumentCard key={index} document={document} rank={index + 1} most={most} />
      ))}
    </div>
  );
}

function DocumentCard({ document, rank, most }: { document: Document; rank: number; most: number }) {
  const metadata = document.metadata ?? {};
  return (
    <article aria-label={`Document ${rank}`} className="border-l-2 border-l-(--kind-retriever) pl-3">
      <header className="flex h-6 items-center gap-2 text-label">
        <span className="text-fg-3">{rank}</span>
        <b className="recorded cut font-medium">{document.id ?? "no id"}</b>
        {document.doc_class && <Badge>{document.doc_class}</Badge>}
        {document.used && (
          <span className="inline-flex items-center gap-1 text-good">
            <Icon icon={CheckCircle2} size={13} /> used
          </span>
        )}
        <span className="flex-1" />
        {document.score !== null && document.score !== undefined && (
          <>
            <span className="h-1 w-16 rounded-bar bg-n3" aria-hidden="true">
              <i
                className="block h-1 rounded-bar bg-(--kind-retriever)"
                style={{ width: `${Math.max(0, Math.min(100, (100 * document.score) / most))}%` }}
              />
            </span>
            <span className="num w-12">{document.score.toFixed(3)}</span>
          </>
        )}
      </header>
      <TextBlock text={document.content ?? ""} />
      {Object.keys(metadata).length > 0 && (
        <details className="text-label text-fg-3">
          <summary>{plural(Object.keys(metadata).length, "metadata entry", "metadata entries")}</summary>
          <JsonView value={metadata} />
        </details>
      )}
    </article>
  );
}

export function AttributesTab({ span }: { span: SpanDetail }) {
  const [find, setFind] = useState("");
  const unmapped = new Set(span.unmapped);
  const groups: [string, Record<string, unknown>][] = [
    ["Model parameters", span.model_parameters],
    ["Metadata", span.metadata],
    ["Attributes as sent", span.attributes],
    ["Resource", span.resource],
  ];
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-2">
        <TextInput
          value={find}
          onChange={(event) => setFind(event.target.value)}
          placeholder="Find a key or value"
          aria-label="Find a key or value"
          className="w-60"
        />
        {span.unmapped.length > 0 && (
          <Badge tone="warn" icon={CircleHelp} title="They are kept as sent, and can be filtered by their key">
            {plural(span.unmapped.length, "attribute")} that nothing here understood
          </Badge>
        )}
      </div>
      {groups.map(([title, values]) => (
        <AttributeGroup
          key={title}
          title={title}
          values={values}
          find={find.toLowerCase()}
          unmapped={title === "Attributes as sent" ? unmapped : undefined}
        />
      ))}
      {span.events.length > 0 && (
        <section aria-label="Events">
          <h3 className="mb-1">Events</h3>
          {span.events.map((event, index) => (
            <div key={index} className="border-b border-grid py-1.5 text-label">
              <div className="flex gap-3">
                <b className="recorded font-medium">{event.name}</b>
                <span className="text-fg-3">{event.time && <Clock time={event.time} />}</span>
              </div>
              {Object.keys(event.attributes).length > 0 && <JsonView value={event.attributes} />}
            </div>
          ))}
        </section>
      )}
      {span.links.length > 0 && (
        <section aria-label="Links">
          <h3 className="mb-1">Links to other spans</h3>
          {span.links.map((link) => (
            <a
              key={link.trace_id + link.span_id}
              className="link mono-s block"
              href={`/traces/${encodeURIComponent(link.trace_id)}?span=${encodeURIComponent(link.span_id)}`}
            >
              {link.trace_id} / {link.span_id}
            </a>
          ))}
        </section>
      )}
    </div>
  );
}

function AttributeGroup({
  title,
  values,
  find,
  unmapped,
}: {
  title: string;
  values: Record<string, unknown>;
  find: string;
  unmapped?: ReadonlySet<string>;
}) {
  const entries = Object.entries(values).filter(
    ([key, value]) => !find || `${key} ${asText(value).slice(0, 2000)}`.toLowerCase().includes(find),
  );
  if (entries.length === 0) return null;
  entries.sort(
    ([a], [b]) => Number(unmapped?.has(a) ?? false) - Number(unmapped?.has(b) ?? false) || a.localeCompare(b),
  );
  return (
    <section aria-label={title}>
      <h3 className="mb-1">
        {title} <span className="font-normal text-fg-3">{formatCount(entries.length)}</span>
      </h3>
      <dl>
        {entries.map(([key, value]) => (
          <div
            key={key}
            className="group grid grid-cols-[minmax(120px,34%)_minmax(0,1fr)] gap-3 border-b border-grid py-1"
          >
            <dt
              className={cx("mono-s recorded flex items-start gap-1 text-fg-2", unmapped?.has(key) && "text-warn")}
              title={unmapped?.has(key) ? "Nothing here understood this key" : undefined}
            >
              <Marked text={key} />
              {unmapped?.has(key) && <Icon icon={CircleHelp} size={12} />}
            </dt>
            <dd className="flex min-w-0 items-start gap-2">
              <div className="min-w-0 flex-1">
                {typeof value === "object" && value !== null ? (
                  <JsonView value={value} />
                ) : (
                  <TextBlock text={String(value)} mono />
                )}
              </div>
              <CopyButton
                text={asText(value)}
                label={`Copy ${key}`}
                className="opacity-0 group-hover:opacity-100 focus-visible:opacity-100"
              />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

export function RawTab({ span }: { span: SpanDetail }) {
  const text = JSON.stringify(span, null, 2);
  return (
    <div>
      <div className="mb-2 flex items-center gap-2 text-label text-fg-3">
        The span as the API gives it <CopyButton text={text} label="Copy the span as JSON" />
      </div>
      <JsonView value={span} height={720} />
    </div>
  );
}
