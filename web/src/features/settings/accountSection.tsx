/** One's own account: theme, time zone, password. */

import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { changePassword, meQuery } from "@/api/identity";
import { Button, Segments, TextInput } from "@/ui/controls";
import { usePreference } from "@/ui/preferences";
import { Field, Section, useChange } from "./section";

export function AccountSection() {
  const { data: me } = useQuery(meQuery());
  const [theme, setTheme] = usePreference("theme");
  const [zone, setZone] = usePreference("timeZone");
  return (
    <>
      <Section
        title="Account"
        about={
          me?.local
            ? "You are the local owner: this server answers only this machine, so nobody signs in."
            : `Signed in as ${me?.email ?? me?.name ?? ""}.`
        }
      >
        <div className="flex flex-wrap gap-8">
          <div className="flex flex-col gap-1 text-label text-fg-2">
            Theme
            <Segments
              label="Theme"
              value={theme}
              onChange={setTheme}
              options={[
                { value: "light", label: "Light" },
                { value: "dark", label: "Dark" },
                { value: "system", label: "As the system" },
              ]}
            />
          </div>
          <div className="flex flex-col gap-1 text-label text-fg-2">
            Times are written in
            <Segments
              label="Time zone"
              value={zone}
              onChange={setZone}
              options={[
                { value: "local", label: Intl.DateTimeFormat().resolvedOptions().timeZone },
                { value: "UTC", label: "UTC" },
              ]}
            />
          </div>
        </div>
      </Section>
      {me && !me.local && me.email && <Password />}
    </>
  );
}

function Password() {
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const change = useChange(
    () => changePassword(old, next),
    "Password changed",
    () => {
      setOld("");
      setNext("");
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(undefined);
  };
  return (
    <Section title="Password" about="A long sentence is better than a short riddle.">
      <form onSubmit={submit} className="flex flex-wrap items-end gap-3" aria-label="Change the password">
        <Field label="Old password">
          <TextInput
            type="password"
            autoComplete="current-password"
            value={old}
            onChange={(event) => setOld(event.target.value)}
            className="w-56"
          />
        </Field>
        <Field label="New password">
          <TextInput
            type="password"
            autoComplete="new-password"
            value={next}
            onChange={(event) => setNext(event.target.value)}
            className="w-56"
          />
        </Field>
        <Button type="submit" look="primary" disabled={!old || !next || change.isPending}>
          Change
        </Button>
      </form>
    </Section>
  );
}
