/** The door: sign in, or turn an invitation into an account. */

import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ApiProblem } from "@/api/client";
import { acceptInvitation, signIn } from "@/api/identity";
import { Button, TextInput } from "@/ui/controls";
import { useTitle } from "@/ui/hooks";
import { Logo } from "@/ui/icons";

/** The token stands after the #, which browsers never send to a server or into its logs. */
function invitationToken(): string | null {
  return new URLSearchParams(location.hash.slice(1)).get("invitation");
}

export default function SignIn() {
  const token = invitationToken();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  useTitle(token ? "Welcome" : "Sign in");
  const enter = useMutation({
    mutationFn: () => (token ? acceptInvitation(token, name.trim(), password) : signIn(email.trim(), password)),
    onSuccess: () => location.assign(location.pathname.startsWith("/sign-in") ? "/" : location.href.replace(/#.*/, "")),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    enter.mutate();
  };
  const problem = enter.error instanceof ApiProblem ? enter.error : null;
  return (
    <main className="flex h-full items-center justify-center p-6">
      <form onSubmit={submit} className="flex w-full max-w-[320px] flex-col gap-4">
        <div className="flex items-center gap-2">
          <Logo size={28} />
          <h1>{token ? "Welcome to Pellucid" : "Pellucid"}</h1>
        </div>
        {token ? (
          <label className="flex flex-col gap-1 text-label text-fg-2">
            Your name
            <TextInput
              autoComplete="name"
              value={name}
              onChange={(event) => setName(event.target.value)}
              className="h-8"
            />
          </label>
        ) : (
          <label className="flex flex-col gap-1 text-label text-fg-2">
            E-mail
            <TextInput
              type="email"
              autoComplete="username"
              value={email}
              onChange={(event) => setEmail(event.target.value)}
              className="h-8"
            />
          </label>
        )}
        <label className="flex flex-col gap-1 text-label text-fg-2">
          Password
          <TextInput
            type="password"
            autoComplete={token ? "new-password" : "current-password"}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
            className="h-8"
          />
        </label>
        {enter.error && (
          <p role="alert" className="text-label text-error">
            {problem
              ? `${problem.message}${problem.detail && problem.detail !== problem.message ? `. ${problem.detail}` : ""}`
              : enter.error.message}
          </p>
        )}
        <Button
          type="submit"
          look="primary"
          className="h-8"
          disabled={!password || (!email && !name) || enter.isPending}
        >
          {token ? "Make the account" : "Sign in"}
        </Button>
      </form>
    </main>
  );
}
