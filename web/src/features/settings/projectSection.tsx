/** Name, retention and redaction of the project; and new projects. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { type FormEvent, useState } from "react";
import { chooseProject } from "@/api/client";
import { meQuery } from "@/api/identity";
import { createProject, type Project, projectQuery, updateProject } from "@/api/settings";
import { Button, Checkbox, CopyButton, TextInput } from "@/ui/controls";
import { Field, Section, useChange } from "./section";

export function ProjectSection() {
  const { data: me } = useQuery(meQuery());
  const { data: project } = useQuery(projectQuery(me?.project.id ?? ""));
  return (
    <>
      <Section title="Project" about="What is kept, for how long, and what is taken out before it comes to rest.">
        {project && <ProjectForm key={project.id} project={project} />}
      </Section>
      {me?.permissions.includes("owner") && <NewProject />}
    </>
  );
}

function ProjectForm({ project }: { project: Project }) {
  const [name, setName] = useState(project.name);
  const [days, setDays] = useState(project.retention_days === null ? "" : String(project.retention_days));
  const [redact, setRedact] = useState(project.redaction.enabled === true);
  const [early, setEarly] = useState(project.redact_before_journal);
  const client = useQueryClient();
  const save = useChange(
    () =>
      updateProject(project.id, {
        name: name.trim(),
        retention_days: days ? Number(days) : null,
        redaction: { ...project.redaction, enabled: redact },
        redact_before_journal: early,
      }),
    "Project saved",
    () => void client.invalidateQueries({ queryKey: ["me"] }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(undefined);
  };
  return (
    <form onSubmit={submit} className="flex flex-col items-start gap-4" aria-label="Project">
      <div className="flex flex-wrap gap-4">
        <Field label="Name">
          <TextInput value={name} onChange={(event) => setName(event.target.value)} className="w-64" />
        </Field>
        <Field label="Keep for, days (empty: for ever)">
          <TextInput
            inputMode="numeric"
            value={days}
            onChange={(event) => setDays(event.target.value.replace(/\D/g, ""))}
            className="w-40"
          />
        </Field>
        <div className="flex flex-col gap-1 text-label text-fg-2">
          Id
          <span className="mono flex h-7 items-center gap-1">
            {project.id} <CopyButton text={project.id} label="Copy the project id" />
          </span>
        </div>
      </div>
      <div className="flex items-start gap-2 text-label">
        <Checkbox label="Redact personal data" checked={redact} onChange={setRedact} />
        <span>
          Redact e-mail addresses, phone numbers, card numbers and keys
          <span className="block text-fg-3">They are replaced in every text before it is stored.</span>
        </span>
      </div>
      <div className="flex items-start gap-2 text-label">
        <Checkbox label="Redact before the journal" checked={early} onChange={setEarly} />
        <span>
          Before the journal
          <span className="block text-fg-3">
            Nothing is ever written to disk unredacted. Slower: the door itself does the work.
          </span>
        </span>
      </div>
      <Button type="submit" look="primary" disabled={!name.trim() || save.isPending}>
        Save
      </Button>
    </form>
  );
}

function NewProject() {
  const [name, setName] = useState("");
  const client = useQueryClient();
  const create = useChange(createProject, "Project made", (project) => {
    chooseProject(project.id);
    void client.resetQueries();
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) create.mutate(name.trim());
  };
  return (
    <Section title="New project" about="Projects share nothing: keys, data and prices are their own.">
      <form onSubmit={submit} className="flex gap-2" aria-label="Make a project">
        <TextInput
          aria-label="Name of the project"
          placeholder="Name"
          value={name}
          onChange={(event) => setName(event.target.value)}
          className="w-64"
        />
        <Button type="submit" icon={Plus} disabled={!name.trim() || create.isPending}>
          Make a project
        </Button>
      </form>
    </Section>
  );
}
