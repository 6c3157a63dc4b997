/** ⌘K: pages, commands, and anything with an id: a trace, a session, a user, a text to search for. */

import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Hash, ListTree, MessagesSquare, Search, User } from "lucide-react";
import { Dialog } from "radix-ui";
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { completionsQuery } from "@/api/metrics";
import { carried, type PageSearch } from "@/domain/address";
import { quote } from "@/domain/filterText";
import { setOpen } from "@/features/frame/paletteState";
import { cx } from "@/ui/classes";
import { useCommandList } from "@/ui/commands";
import { Keys } from "@/ui/controls";
import { useDelayed } from "@/ui/hooks";
import { Icon, type IconType } from "@/ui/icons";

interface Choice {
  id: string;
  group: string;
  name: string;
  icon?: IconType;
  hint?: string;
  run: () => void;
}

export default function Palette() {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const choices = useChoices(text.trim());
  const active = Math.min(at, choices.length - 1);
  const close = () => setOpen(null);
  const run = (choice: Choice | undefined) => {
    close();
    choice?.run();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = (active + (event.key === "ArrowDown" ? 1 : -1) + choices.length) % Math.max(1, choices.length);
      setAt(next);
      list.current?.querySelector(`[data-at="${next}"]`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(choices[active]);
    }
  };
  return (
    <Dialog.Root open onOpenChange={close}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-[oklch(0_0_0/.28)]" />
        <Dialog.Content
          aria-describedby={undefined}
          className="floating fixed top-[14vh] left-1/2 w-[calc(100vw-24px)] max-w-[560px] -translate-x-1/2 overflow-hidden outline-none"
        >
          <Dialog.Title className="sr-only">Go to page, trace or command</Dialog.Title>
          <div className="flex h-11 items-center gap-2 border-b border-line px-3">
            <Icon icon={Search} className="text-fg-3" />
            <input
              // biome-ignore lint/a11y/noAutofocus: the palette was opened to type into it
              autoFocus
              role="combobox"
              aria-expanded="true"
              aria-controls="palette-list"
              aria-activedescendant={choices[active] ? `choice-${active}` : undefined}
              aria-label="Page, id, user or command"
              placeholder="Page, trace id, user, session, command, or a text to search for"
              value={text}
              onChange={(event) => {
                setText(event.target.value);
                setAt(0);
              }}
              onKeyDown={onKey}
              className="h-full min-w-0 flex-1 bg-transparent outline-none focus-visible:shadow-none"
            />
          </div>
          <div
            ref={list}
            id="palette-list"
            role="listbox"
            aria-label="Choices"
            className="max-h-[52vh] overflow-y-auto p-1"
          >
            {choices.map((choice, index) => (
              <div key={choice.id}>
                {choices[index - 1]?.group !== choice.group && (
                  <div className="px-2 pt-2 pb-1 text-micro font-medium text-fg-3">{choice.group}</div>
                )}
                <div
                  id={`choice-${index}`}
                  data-at={index}
                  role="option"
                  aria-selected={index === active}
                  className={cx("menu-item h-8 text-body")}
                  onMouseMove={() => setAt(index)}
                  onClick={() => run(choice)}
                >
                  {choice.icon && <Icon icon={choice.icon} className="text-fg-3" />}
                  <span className="cut flex-1">{choice.name}</span>
                  {choice.hint && <Keys binding={choice.hint} />}
                </div>
              </div>
            ))}
            {choices.length === 0 && <div className="p-4 text-center text-label text-fg-3">Nothing by that name</div>}
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

const MOST = 6;

function useChoices(text: string): Choice[] {
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as PageSearch;
  const commands = useCommandList();
  const prefix = useDelayed(text, 120);
  const users = useQuery({ ...completionsQuery("user", prefix), enabled: prefix.length > 1 });
  const sessions = useQuery({ ...completionsQuery("session", prefix), enabled: prefix.length > 1 });
  const prompts = useQuery({ ...completionsQuery("prompt", prefix), enabled: prefix.length > 1 });
  return useMemo(() => {
    const go = (to: string, more: PageSearch = {}) =>
      void navigate({ to, search: { ...carried(search), ...more } } as never);
    const wanted = text.toLowerCase();
    const known = commands.filter(
      (command) => !command.keyOnly && (command.predicate?.() ?? true) && command.name.toLowerCase().includes(wanted),
    );
    const found: Choice[] = known.map((command) => ({ ...command, id: `command ${command.id}`, hint: command.key }));
    if (!text) return found;
    const things: Choice[] = [];
    const id = /^[0-9a-f]{32}$/i.exec(text);
    if (id)
      things.push({
        id: "trace",
        group: "Traces",
        name: `Trace ${text.toLowerCase()}`,
        icon: ListTree,
        run: () => go(`/traces/${text.toLowerCase()}`),
      });
    const spanId = /^[0-9a-f]{16}$/i.exec(text);
    if (spanId)
      things.push({
        id: "span",
        group: "Traces",
        name: `Span ${text.toLowerCase()}`,
        icon: Hash,
        run: () => go("/search", { q: text.toLowerCase() }),
      });
    for (const user of (users.data ?? []).slice(0, MOST)) {
      things.push({
        id: `user ${user}`,
        group: "Users",
        name: user,
        icon: User,
        run: () => go(`/users/${encodeURIComponent(user)}`),
      });
    }
    for (const session of (sessions.data ?? []).slice(0, MOST)) {
      things.push({
        id: `session ${session}`,
        group: "Sessions",
        name: session,
        icon: MessagesSquare,
        run: () => go(`/sessions/${encodeURIComponent(session)}`),
      });
    }
    for (const prompt of (prompts.data ?? []).slice(0, MOST)) {
      things.push({
        id: `prompt ${prompt}`,
        group: "Prompts",
        name: `Traces of prompt ${prompt}`,
        icon: ListTree,
        run: () => go("/traces", { filter: `prompt:${quote(prompt)}` }),
      });
    }
    const texts: Choice[] = [
      {
        id: "text",
        group: "Text",
        name: `Search everything for “${text}”`,
        icon: Search,
        run: () => go("/search", { q: text }),
      },
      {
        id: "filter",
        group: "Text",
        name: `Filter traces by ${text}`,
        icon: ListTree,
        run: () => go("/traces", { filter: text }),
      },
    ];
    return [...things, ...found, ...texts];
  }, [text, commands, users.data, sessions.data, prompts.data, navigate, search]);
}
