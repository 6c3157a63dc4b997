/** Who is signed in, and the settings of organisation and project. */

import { queryOptions } from "@tanstack/react-query";
import { call } from "./client";
import type { Me } from "./types";

export function meQuery() {
  return queryOptions({
    queryKey: ["me"],
    queryFn: ({ signal }) => call<Me>("me", { signal }),
    staleTime: 60_000,
    retry: false,
  });
}

export function signIn(email: string, password: string): Promise<void> {
  return call("sign-in", { method: "POST", body: { email, password } });
}

export function signOut(): Promise<void> {
  return call("sign-out", { method: "POST", body: {} });
}

export function changePassword(oldPassword: string, newPassword: string): Promise<void> {
  return call("me/password", { method: "PUT", body: { old_password: oldPassword, new_password: newPassword } });
}

export function acceptInvitation(token: string, name: string, password: string): Promise<void> {
  return call("invitations/accept", { method: "POST", body: { token, name, password } });
}
