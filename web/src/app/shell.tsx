/** What stands around every page: rail, palette, shortcuts, toasts; and the door when nobody is signed in. */

import { useQuery } from "@tanstack/react-query";
import { Outlet, useLocation, useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { ApiProblem } from "@/api/client";
import { meQuery } from "@/api/identity";
import { carried, type PageSearch } from "@/domain/address";
import { openPalette, openShortcuts, useOpen } from "@/features/frame/paletteState";
import { ProgressStrip } from "@/features/frame/progressStrip";
import { RunStrip } from "@/features/frame/runStrip";
import { type Command, useCommandKeys, useCommands } from "@/ui/commands";
import { setPreference } from "@/ui/preferences";
import { Problem } from "@/ui/states";
import { Toasts } from "@/ui/toasts";
import { PLACES } from "./places";
import { Rail } from "./rail";

const Palette = lazy(() => import("./palette"));
const SignIn = lazy(() => import("@/features/settings/signIn"));
const Shortcuts = lazy(() => import("./shortcuts"));

/** Pages that are seen through a link, by people who have no account. */
const OPEN_PAGES = /^\/shared\//;

export function Shell() {
  const open = useLocation({ select: ({ pathname }) => OPEN_PAGES.test(pathname) });
  return open ? (
    <div className="flex h-full flex-col">
      <Outlet />
    </div>
  ) : (
    <Frame />
  );
}

function Frame() {
  const me = useQuery(meQuery());
  const open = useOpen();
  useCommandKeys();
  useCommands(useGlobalCommands());
  if (me.error instanceof ApiProblem && me.error.status === 401) {
    return (
      <Suspense>
        <SignIn />
      </Suspense>
    );
  }
  if (me.error && !me.data) return <Problem error={me.error} what="Your account" onRetry={() => void me.refetch()} />;
  return (
    <div className="flex h-full max-wide:flex-col">
      <Rail />
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <ProgressStrip />
        <RunStrip />
        <Outlet />
      </div>
      <Suspense>
        {open === "palette" && <Palette />}
        {open === "shortcuts" && <Shortcuts />}
      </Suspense>
      <Toasts />
    </div>
  );
}

function useGlobalCommands(): Command[] {
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as PageSearch;
  const go = (to: string) => void navigate({ to, search: carried(search) } as never);
  return [
    {
      id: "palette",
      name: "Go to page, trace or command",
      group: "General",
      key: "mod+k",
      whileTyping: true,
      keyOnly: true,
      run: openPalette,
    },
    { id: "shortcuts", name: "Keyboard shortcuts", group: "General", key: "?", run: openShortcuts },
    ...PLACES.map((place) => ({
      id: `go ${place.to}`,
      name: `Go to ${place.label}`,
      group: "Pages",
      icon: place.icon,
      key: place.key,
      run: () => go(place.to),
    })),
    {
      id: "theme",
      name: "Switch between light and dark",
      group: "General",
      key: "shift+d",
      run: () => setPreference("theme", document.documentElement.dataset.theme === "dark" ? "light" : "dark"),
    },
  ];
}
