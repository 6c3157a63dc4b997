/** A badly answered trace becomes a case of a data set, and a pytest file that fails on what was answered then. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Download } from "lucide-react";
import { type FormEvent, useState } from "react";
import { explained } from "@/api/client";
import { addRegression, type Regression, refreshDataset } from "@/api/curation";
import { datasetsQuery } from "@/api/datasets";
import { oneLine } from "@/domain/format";
import { Button, TextInput } from "@/ui/controls";
import { Field } from "@/ui/field";
import { Dialog } from "@/ui/overlays";
import { saveFile } from "@/ui/saveFile";

const save = (made: Regression) => saveFile(made.filename, new Blob([made.source], { type: "text/x-python" }));

export function RegressionDialog({ traceId, onClose }: { traceId: string; onClose: () => void }) {
  const client = useQueryClient();
  const known = useQuery(datasetsQuery()).data ?? [];
  const [name, setName] = useState("regressions");
  const [expected, setExpected] = useState("");
  const make = useMutation({
    mutationFn: (dataset: string) => addRegression(dataset, traceId, expected.trim()),
    onSuccess: (made, dataset) => {
      refreshDataset(client, dataset);
      save(made);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate(name.trim());
  };
  if (make.data)
    return (
      <Dialog title="Regression test" open onOpenChange={onClose} wide>
        <Made made={make.data} dataset={make.variables} onClose={onClose} />
      </Dialog>
    );
  return (
    <Dialog
      title="Regression test"
      description="What was asked becomes a case, and a pytest file that fails on what was answered here."
      open
      onOpenChange={onClose}
    >
      <form onSubmit={submit} className="flex flex-col gap-3">
        <Field label="Data set" hint="A known one, or a new name.">
          <TextInput
            list="datasets-of-regressions"
            value={name}
            onChange={(event) => setName(event.target.value)}
            maxLength={200}
            required
          />
        </Field>
        <datalist id="datasets-of-regressions">
          {known.map((dataset) => (
            <option key={dataset.name} value={dataset.name} />
          ))}
        </datalist>
        <Field label="A good answer contains" hint="Without it, the newest correction of the trace counts.">
          <textarea
            value={expected}
            onChange={(event) => setExpected(event.target.value)}
            rows={3}
            autoFocus
            className="rounded-ctl border border-line-strong bg-control p-2 text-label"
          />
        </Field>
        {make.error && (
          <p role="alert" className="recorded text-label text-error">
            {explained(make.error)}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={!name.trim() || make.isPending}>
            {make.isPending ? "Making" : "Make the test"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Made({ made, dataset, onClose }: { made: Regression; dataset: string; onClose: () => void }) {
  return (
    <div className="flex flex-col gap-3">
      <p role="status" className="text-label">
        The case is in version {made.version} of{" "}
        <Link to="/datasets/$name" params={{ name: dataset }} search={{}} className="link recorded">
          {oneLine(dataset, 60)}
        </Link>
        , and <code className="mono-s">{made.filename}</code> was downloaded. Put it into your tests.
      </p>
      <pre className="mono-s recorded max-h-72 overflow-auto rounded-ctl border border-line bg-n2 p-3">
        {made.source}
      </pre>
      <div className="flex justify-end gap-2">
        <Button icon={Download} onClick={() => save(made)}>
          Download again
        </Button>
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      </div>
    </div>
  );
}
