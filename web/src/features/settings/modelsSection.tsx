/** Connections to model providers: keys go in and never come out. */

import { useQuery } from "@tanstack/react-query";
import { KeyRound, Pencil, Plus, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import {
  connectionsQuery,
  createConnection,
  type ModelConnection,
  PROVIDERS,
  type Provider,
  removeConnection,
  updateConnection,
} from "@/api/playground";
import { Badge, Button, Select, TextInput } from "@/ui/controls";
import { Field, Row, Section, useChange } from "./section";

export function ModelsSection() {
  const { data: connections = [] } = useQuery(connectionsQuery());
  const [edited, setEdited] = useState<ModelConnection | null>(null);
  const remove = useChange(removeConnection, "Connection deleted; runs that need it fail from now on");
  return (
    <Section
      title="Models"
      about="How playground, replays and judges reach model providers. A key is sealed when it is saved, is never shown again, and is sent only to the host that it was saved for. Private addresses must be allowed by the operator (PELLUCID_OUTBOUND_ALLOW)."
    >
      <ConnectionForm key={edited?.id ?? "new"} edited={edited} onDone={() => setEdited(null)} />
      <ul>
        {connections.map((one) => (
          <Row key={one.id}>
            <span className="recorded cut w-44 font-medium">{one.name}</span>
            <span className="w-32 text-fg-2">{one.provider}</span>
            <span className="mono-s recorded cut min-w-0 flex-1 text-fg-2">
              {one.base_url || "the provider's own address"}
            </span>
            <span className="mono-s recorded cut max-w-44 text-fg-3">{one.default_model}</span>
            <Badge icon={KeyRound} tone={one.has_key ? "plain" : "warn"}>
              {one.has_key ? `key${one.key_hint ? ` …${one.key_hint}` : ""}` : "no key"}
            </Badge>
            <Button
              look="ghost"
              square
              icon={Pencil}
              aria-label={`Change ${one.name}`}
              onClick={() => setEdited(one)}
            />
            <Button
              look="ghost"
              square
              icon={Trash2}
              aria-label={`Delete ${one.name}`}
              onClick={() => remove.mutate(one.id)}
            />
          </Row>
        ))}
        {connections.length === 0 && (
          <li className="text-label text-fg-3">No connection yet: the playground needs one to ask a model.</li>
        )}
      </ul>
    </Section>
  );
}

function ConnectionForm({ edited, onDone }: { edited: ModelConnection | null; onDone: () => void }) {
  const [name, setName] = useState(edited?.name ?? "");
  const [provider, setProvider] = useState<Provider>(edited?.provider ?? "openai");
  const [baseUrl, setBaseUrl] = useState(edited?.base_url ?? "");
  const [model, setModel] = useState(edited?.default_model ?? "");
  const [key, setKey] = useState("");
  const done = () => {
    setName("");
    setKey("");
    onDone();
  };
  const create = useChange(createConnection, "Connection added", done);
  const update = useChange(updateConnection, "Connection changed", done);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const body = {
      name: name.trim(),
      provider,
      base_url: baseUrl.trim(),
      default_model: model.trim(),
      models: edited?.models ?? [],
      ...(key ? { key } : {}),
    };
    if (edited) update.mutate({ id: edited.id, body });
    else create.mutate(body);
  };
  const what = edited ? `Change ${edited.name}` : "Add a connection";
  return (
    <form onSubmit={submit} className="flex flex-wrap items-end gap-3" aria-label={what}>
      <Field label="Name">
        <TextInput value={name} onChange={(event) => setName(event.target.value)} className="w-36" maxLength={100} />
      </Field>
      <Field label="Provider">
        <Select value={provider} options={PROVIDERS} onChange={setProvider} />
      </Field>
      <Field label={provider === "openai-compatible" ? "Base URL" : "Base URL, where it is another"}>
        <TextInput
          type="url"
          value={baseUrl}
          onChange={(event) => setBaseUrl(event.target.value)}
          placeholder="https://…"
          className="mono w-56"
        />
      </Field>
      <Field label="Default model">
        <TextInput value={model} onChange={(event) => setModel(event.target.value)} className="mono w-40" />
      </Field>
      <Field label={edited?.has_key ? "New key; empty keeps the old one" : "Key"}>
        <TextInput
          type="password"
          autoComplete="off"
          value={key}
          onChange={(event) => setKey(event.target.value)}
          className="mono w-44"
        />
      </Field>
      <Button
        type="submit"
        look="primary"
        icon={edited ? Pencil : Plus}
        disabled={!name.trim() || create.isPending || update.isPending}
      >
        {edited ? "Save" : "Add connection"}
      </Button>
      {edited && (
        <Button look="ghost" onClick={onDone}>
          Cancel
        </Button>
      )}
    </form>
  );
}
