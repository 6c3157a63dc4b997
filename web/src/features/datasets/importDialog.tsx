/** A file becomes one version of the data set; what is wrong with it is said line by line. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CircleAlert, CircleCheck } from "lucide-react";
import { type FormEvent, useState } from "react";
import { ApiProblem, explained, type Fault } from "@/api/client";
import { importFile, refreshDataset } from "@/api/curation";
import { type FileFormat, formatOf, importedWords } from "@/domain/datasets";
import { formatBytes, plural } from "@/domain/format";
import { Button, Checkbox, Segments, TextInput } from "@/ui/controls";
import { Field } from "@/ui/field";
import { Icon } from "@/ui/icons";
import { Dialog } from "@/ui/overlays";

const FORMATS = [
  { value: "csv", label: "CSV" },
  { value: "jsonl", label: "JSONL" },
  { value: "parquet", label: "Parquet" },
] as const;

export function ImportDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const client = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [format, setFormat] = useState<FileFormat>("csv");
  const [input, setInput] = useState("");
  const [expected, setExpected] = useState("");
  const [skipFaulty, setSkipFaulty] = useState(false);
  const run = useMutation({
    mutationFn: (chosen: File) => importFile(name, { file: chosen, format, input, expected, skipFaulty }),
    onSuccess: () => refreshDataset(client, name),
  });
  const choose = (chosen: File | null) => {
    run.reset();
    setFile(chosen);
    setFormat((old) => (chosen && formatOf(chosen.name)) || old);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (file) run.mutate(file);
  };
  return (
    <Dialog title="Import cases" open onOpenChange={onClose} wide>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label="File" hint={file ? formatBytes(file.size) : "It becomes one version, or nothing at all."}>
          <input
            type="file"
            autoFocus
            accept=".csv,.jsonl,.ndjson,.parquet,.pq"
            onChange={(event) => choose(event.target.files?.[0] ?? null)}
            className="max-w-full text-label file:mr-3 file:h-7 file:rounded-ctl file:border file:border-line-strong file:bg-control file:px-2.5 file:font-medium file:text-fg hover:file:bg-hover"
          />
        </Field>
        <div className="flex flex-col gap-1 text-label">
          Format
          <Segments label="Format" value={format} options={FORMATS} onChange={setFormat} />
        </div>
        <div className="grid gap-3 wide:grid-cols-2">
          <Field label="Column of the input">
            <TextInput placeholder="input" value={input} onChange={(event) => setInput(event.target.value)} />
          </Field>
          <Field label="Column of the expected answer">
            <TextInput placeholder="expected" value={expected} onChange={(event) => setExpected(event.target.value)} />
          </Field>
        </div>
        <span className="flex items-center gap-2 text-label">
          <Checkbox checked={skipFaulty} onChange={setSkipFaulty} label="Leave faulty lines out" />
          Leave faulty lines out instead of refusing the file
        </span>
        {run.error && <Refused error={run.error} />}
        {run.data && (
          <div role="status" className="flex flex-col gap-2 text-label">
            <p className="flex items-center gap-2">
              <Icon icon={CircleCheck} size={14} className="text-good" />
              {importedWords(run.data)}
            </p>
            <Faults faults={run.data.faults} count={run.data.fault_count} />
          </div>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{run.data ? "Close" : "Cancel"}</Button>
          <Button look="primary" type="submit" disabled={!file || run.isPending}>
            {run.isPending ? "Importing" : "Import"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Refused({ error }: { error: Error }) {
  const problem = error instanceof ApiProblem ? error : null;
  const faults = problem?.faults ?? [];
  const said =
    problem && faults.length > 0
      ? `${plural(problem.faultCount, "line")} cannot be read, so nothing was written.`
      : explained(error);
  return (
    <div role="alert" className="flex flex-col gap-2 text-label">
      <p className="flex items-start gap-2 text-error">
        <Icon icon={CircleAlert} size={14} className="mt-0.5 shrink-0" />
        <span className="recorded min-w-0">{said}</span>
      </p>
      <Faults faults={faults} count={problem?.faultCount ?? 0} />
    </div>
  );
}

function Faults({ faults, count }: { faults: Fault[]; count: number }) {
  if (faults.length === 0) return null;
  return (
    <div className="max-h-48 overflow-y-auto rounded-ctl border border-line">
      <table className="w-full" aria-label="Faulty lines">
        <thead className="text-left text-fg-3">
          <tr>
            <th className="num w-16 px-2 py-1 font-medium">Line</th>
            <th className="px-2 py-1 font-medium">What is wrong</th>
          </tr>
        </thead>
        <tbody>
          {faults.map((fault) => (
            <tr key={fault.line} className="border-t border-line align-top">
              <td className="num px-2 py-1 text-fg-2">{fault.line}</td>
              <td className="recorded px-2 py-1">{fault.message}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {count > faults.length && (
        <p className="border-t border-line px-2 py-1 text-fg-3">and {plural(count - faults.length, "more line")}</p>
      )}
    </div>
  );
}
