/** By what the cases of a data set are labelled, and a queue of its cases for people to label them. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { createQueue, type Dimension, fillQueue } from "@/api/annotations";
import { dimensionsQuery, putDimensions } from "@/api/datasetHealth";
import { tracesOfQuery } from "@/api/datasets";
import { plural } from "@/domain/format";
import { readDimensions, writeDimensions } from "@/domain/rating";
import { Button, TextInput } from "@/ui/controls";
import { Field } from "@/ui/field";
import { Dialog } from "@/ui/overlays";
import { Problem } from "@/ui/states";
import { complain, notify } from "@/ui/toasts";

const AT_ONCE = 500;

export function LabelDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const query = useQuery(dimensionsQuery(name));
  return (
    <Dialog
      title="Label its cases"
      description="People answer these questions for each case. What they say stands in the case's metadata, and as scores of its trace."
      open
      onOpenChange={onClose}
      wide
    >
      {query.error && !query.data && (
        <Problem error={query.error} what="The labels" onRetry={() => void query.refetch()} />
      )}
      {query.data && <LabelForm name={name} known={query.data} onClose={onClose} />}
    </Dialog>
  );
}

function LabelForm({ name, known, onClose }: { name: string; known: readonly Dimension[]; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [text, setText] = useState(() => writeDimensions(known));
  const [raters, setRaters] = useState("2");
  const traces = useQuery(tracesOfQuery(name));
  const ids = traces.data ?? [];
  const save = async () => {
    await putDimensions(name, readDimensions(text) as Dimension[]);
    void client.invalidateQueries({ queryKey: ["dataset-dimensions", name] });
  };
  const keep = useMutation({
    mutationFn: save,
    onSuccess: () => {
      notify("Kept. Queues that are made for the data set begin with them.");
      onClose();
    },
    onError: (error) => complain(error),
  });
  const queue = useMutation({
    mutationFn: async () => {
      await save();
      const made = await createQueue({
        name: `Labels of ${name} ${new Date().toISOString().slice(0, 16).replace("T", " ")}`.slice(0, 200),
        guidelines: "",
        dimensions: readDimensions(text),
        raters: Number(raters) || 1,
        blind: true,
        dataset: name,
      });
      for (let start = 0; start < ids.length; start += AT_ONCE)
        await fillQueue(made.id, ids.slice(start, start + AT_ONCE));
      return made;
    },
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ["queues"] });
      void navigate({ to: "/annotate/$id", params: { id: made.id } } as never);
    },
    onError: (error) => complain(error),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    queue.mutate();
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <Field
        label="Judged by"
        hint="A name is a yes-or-no question; behind a colon a scale or words. ? makes it optional."
      >
        <TextInput value={text} onChange={(event) => setText(event.target.value)} required autoFocus />
      </Field>
      <Field
        label="People a case"
        hint="Blind: nobody sees what others said before they have judged."
        className="max-w-64"
      >
        <TextInput
          type="number"
          min={1}
          max={20}
          value={raters}
          onChange={(event) => setRaters(event.target.value)}
          className="w-20"
        />
      </Field>
      <div className="flex flex-wrap items-center justify-end gap-2">
        <span className="mr-auto text-micro text-fg-3">{plural(ids.length, "case")} came from traces.</span>
        <Button disabled={!text.trim() || keep.isPending} onClick={() => keep.mutate()}>
          Keep the questions
        </Button>
        <Button look="primary" type="submit" disabled={!text.trim() || ids.length === 0 || queue.isPending}>
          Queue its cases
        </Button>
      </div>
    </form>
  );
}
