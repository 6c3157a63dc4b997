/** A judge's form: who judges, what it is asked, what its answer looks like, and where its variables come from. */

import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import type { Definition } from "@/api/evaluators";
import { connectionsQuery } from "@/api/playground";
import { asObject, asText, type Body, having, messagesOf, type PromptMessage } from "@/domain/evaluatorForm";
import { Button, Select } from "@/ui/controls";
import { AnswerForm } from "./answerForm";
import { AreaField, FormField, NumberField, TextField, useComplaint } from "./formFields";
import { Variables } from "./variableFields";

interface Props {
  definition: Definition;
  onChange: (next: Definition) => void;
}

export function JudgeFields({ definition, onChange }: Props) {
  const { body } = definition;
  const write = (part: Body) => onChange({ ...definition, body: { ...body, ...part } });
  const parameters = asObject(body.parameters);
  return (
    <>
      <Who body={body} onChange={write} />
      <Messages messages={messagesOf(body)} onChange={(messages) => write({ messages })} />
      <Variables definition={definition} onChange={onChange} />
      <AnswerForm definition={definition} onChange={onChange} />
      <fieldset aria-label="How it is asked" className="grid gap-3 wide:grid-cols-4">
        <NumberField
          name="repeats"
          label="Asked how often"
          hint="1 to 5; verdicts are averaged"
          value={body.repeats}
          onChange={(repeats) => onChange({ ...definition, body: having(body, "repeats", repeats) })}
        />
        <NumberField
          name="max_chars"
          label="Characters of a variable"
          hint="The rest is cut off"
          value={body.max_chars}
          onChange={(limit) => onChange({ ...definition, body: having(body, "max_chars", limit) })}
        />
        <NumberField
          name="temperature"
          label="Temperature"
          value={parameters.temperature}
          onChange={(value) => write({ parameters: having(parameters, "temperature", value) })}
        />
        <NumberField
          name="max_tokens"
          label="Tokens of an answer"
          value={parameters.max_tokens}
          onChange={(value) => write({ parameters: having(parameters, "max_tokens", value) })}
        />
      </fieldset>
    </>
  );
}

function Who({ body, onChange }: { body: Body; onChange: (part: Body) => void }) {
  const query = useQuery(connectionsQuery());
  const chosen = asText(body.connection);
  const names = query.data?.map(({ name }) => name) ?? [];
  return (
    <div className="grid gap-3 wide:grid-cols-2">
      <FormField
        name="connection"
        label="Model connection"
        hint={
          query.data && names.length === 0 ? "There is none yet; an admin adds one under Settings, Models." : undefined
        }
      >
        {(id) => (
          <Select
            id={id}
            value={chosen}
            options={[["", "Choose…"] as const, ...[...new Set([...names, chosen])].filter(Boolean)]}
            onChange={(connection) => onChange({ connection })}
          />
        )}
      </FormField>
      <TextField
        name="model"
        label="Judge's model (empty: the connection's own)"
        hint="Of another family than what it judges: judges prefer their own style"
        value={asText(body.model)}
        onChange={(model) => onChange({ model })}
      />
    </div>
  );
}

const ROLES = ["system", "user", "assistant"] as const;

function Messages({
  messages,
  onChange,
}: {
  messages: PromptMessage[];
  onChange: (messages: PromptMessage[]) => void;
}) {
  const complaint = useComplaint("messages");
  return (
    <fieldset aria-label="Messages" className="flex flex-col gap-2">
      {messages.map((message, place) => (
        <div key={place} className="flex items-start gap-2">
          <div className="flex w-28 shrink-0 flex-col gap-1 pt-5">
            <Select
              label={`Role of message ${place + 1}`}
              value={message.role}
              options={ROLES.includes(message.role as never) ? ROLES : [message.role, ...ROLES]}
              onChange={(role) => onChange(messages.map((each, at) => (at === place ? { ...each, role } : each)))}
            />
            {messages.length > 1 && (
              <Button
                look="ghost"
                icon={X}
                aria-label={`Take away message ${place + 1}`}
                onClick={() => onChange(messages.filter((_, at) => at !== place))}
              >
                Take away
              </Button>
            )}
          </div>
          <AreaField
            name={`messages.${place}`}
            label={`Message ${place + 1}`}
            className="flex-1"
            rows={rowsOf(message.content)}
            value={message.content}
            onChange={(content) => onChange(messages.map((each, at) => (at === place ? { ...each, content } : each)))}
          />
        </div>
      ))}
      {complaint && (
        <p role="alert" className="recorded text-label text-error">
          {complaint}
        </p>
      )}
      <Button
        look="ghost"
        icon={Plus}
        className="self-start"
        onClick={() => onChange([...messages, { role: "user", content: "" }])}
      >
        Another message
      </Button>
    </fieldset>
  );
}

const CHARS_A_ROW = 110;

/** As high as the text is, within reason. */
function rowsOf(text: string): number {
  const rows = text.split("\n").reduce((sum, line) => sum + 1 + Math.floor(line.length / CHARS_A_ROW), 1);
  return Math.min(16, Math.max(3, rows));
}
