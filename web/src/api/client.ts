/**
 * The one place that speaks HTTP. Everything else asks through the query files beside this one.
 * An answer that is no success becomes an `ApiProblem`: the server's RFC 9457 document, or what can be said without one.
 */

import { takeEvents } from "@/domain/serverEvents";

export interface ProblemDocument {
  title: string;
  status: number;
  detail?: string;
  code?: string;
  position?: number;
  expected?: string[];
  faults?: Fault[];
  fault_count?: number;
}

/** A line of a file that cannot be read, and why. */
export interface Fault {
  line: number;
  message: string;
}

export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** For a filter: the character that was not understood. */
  readonly position: number | null;
  readonly expected: string[];
  /** For a file: its first faulty lines, and how many there are. */
  readonly faults: Fault[];
  readonly faultCount: number;

  constructor(document: ProblemDocument) {
    super(document.title);
    this.name = "ApiProblem";
    this.status = document.status;
    this.code = document.code ?? "";
    this.detail = document.detail ?? "";
    this.position = document.position ?? null;
    this.expected = document.expected ?? [];
    this.faults = document.faults ?? [];
    this.faultCount = document.fault_count ?? this.faults.length;
  }
}

/** What went wrong and what to do about it, in one line. */
export function explained(error: Error): string {
  return error instanceof ApiProblem && error.detail ? `${error.message}. ${error.detail}` : error.message;
}

/** The project that requests are for; kept for this tab, remembered for the next. */
const PROJECT_KEY = "pellucid.project";

/** For a browser that forbids storage: the choice then lasts as long as the page. */
let chosenHere: string | null = null;

export function currentProject(): string | null {
  try {
    return sessionStorage.getItem(PROJECT_KEY) ?? localStorage.getItem(PROJECT_KEY) ?? chosenHere;
  } catch {
    return chosenHere;
  }
}

export function chooseProject(id: string): void {
  chosenHere = id;
  try {
    sessionStorage.setItem(PROJECT_KEY, id);
    localStorage.setItem(PROJECT_KEY, id);
  } catch {
    // See above.
  }
}

export type QueryParams = Record<string, string | number | boolean | null | undefined>;

/** A path under the API with its parameters; empty ones are left out. */
export function apiUrl(path: string, params: QueryParams = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value !== null && value !== undefined && value !== "") query.set(name, String(value));
  }
  const text = query.toString();
  return `/api/v1/${path}${text ? `?${text}` : ""}`;
}

function headers(body: unknown, type = "application/json"): HeadersInit {
  const project = currentProject();
  return {
    accept: "application/json",
    ...(project ? { "x-pellucid-project": project } : {}),
    ...(body === undefined ? {} : { "content-type": type }),
  };
}

interface Call {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  params?: QueryParams;
  body?: unknown;
  signal?: AbortSignal;
}

/** Calls the API and returns the parsed body. */
export function call<T>(path: string, { method = "GET", params, body, signal }: Call = {}): Promise<T> {
  const sent = body === undefined ? undefined : JSON.stringify(body);
  return answerOf(apiUrl(path, params), { method, headers: headers(body), body: sent, signal });
}

/** The text at a path. */
export function callText(path: string, signal: AbortSignal): Promise<string> {
  return answerOf(apiUrl(path), { headers: headers(undefined), signal }, (response) => response.text());
}

/** Posts a file as the body, as the browser reads it from disk, and returns the parsed answer. */
export function upload<T>(path: string, params: QueryParams, file: Blob, type: string): Promise<T> {
  return answerOf(apiUrl(path, params), { method: "POST", headers: headers(file, type), body: file });
}

async function answerOf<T>(
  url: string,
  init: RequestInit,
  read: (response: Response) => Promise<T> = (response) => response.json(),
): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, { ...init, credentials: "same-origin" });
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw new ApiProblem({
      title: "The server does not answer",
      status: 0,
      code: "unreachable",
      detail: "What is on the page is kept. It will be asked again when the server is back.",
    });
  }
  if (!response.ok) throw await problemOf(response);
  if (response.status === 204) return undefined as T;
  try {
    return await read(response);
  } catch {
    throw new ApiProblem({
      title: "The answer was cut off",
      status: response.status,
      code: "bad_answer",
      detail: "The server stopped in the middle of its answer. Try again.",
    });
  }
}

async function problemOf(response: Response): Promise<ApiProblem> {
  try {
    const document = (await response.json()) as Partial<ProblemDocument>;
    return new ApiProblem({ ...document, title: document.title ?? response.statusText, status: response.status });
  } catch {
    return new ApiProblem({ title: response.statusText || `Status ${response.status}`, status: response.status });
  }
}

/** An address that the browser itself fetches (a picture, a download, a stream) and that can carry no header. */
export function browserUrl(path: string, params: QueryParams = {}): string {
  return apiUrl(path, { ...params, project: currentProject() });
}

/** Starts a download through the browser, with the session's own credentials. */
export function download(path: string, params: QueryParams, name: string): void {
  const anchor = document.createElement("a");
  anchor.href = browserUrl(path, params);
  anchor.download = name;
  anchor.click();
}

/** One event of a stream that the server sends. */
export interface StreamEvent {
  name: string;
  data: unknown;
}

/** Posts a body and yields the server's events as they come. Raises as `call`; the signal ends it. */
export async function* stream(path: string, body: unknown, signal: AbortSignal): AsyncGenerator<StreamEvent> {
  const response = await fetch(apiUrl(path), {
    method: "POST",
    headers: { ...headers(body), accept: "text/event-stream" },
    body: JSON.stringify(body),
    signal,
    credentials: "same-origin",
  });
  if (!response.ok || !response.body) throw await problemOf(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    const { events, left } = takeEvents(rest + (value ?? ""));
    rest = left;
    yield* events;
    if (done) return;
  }
}
