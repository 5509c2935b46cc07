/** The HTTP interface of the server, typed; every failure becomes an `ApiError`. */
import type { Definition, Json, JsonObject, Problem } from "../model/types";
import { isObject } from "../model/value";

export interface Session {
  readonly user: string;
  readonly name: string;
  readonly color: string;
  readonly tenant: string;
  readonly role: string;
}

export type Role = "owner" | "editor" | "reviewer" | "viewer";

export interface Room {
  readonly name: string;
  readonly title: string | null;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly revision: number;
  /** The caller's own role in the room. */
  readonly role: Role;
  readonly sessions: number;
  /** How many people are in the room now; the first of them are in `present`. */
  readonly people: number;
  readonly present: readonly Present[];
  /** Null while the room is closed: nobody has counted then. */
  readonly problems: number | null;
  readonly deletedAt: string | null;
  readonly purgedAt: string | null;
}

export interface Present {
  readonly name: string;
  readonly color: string;
}

export interface RoomList {
  readonly rooms: readonly Room[];
  readonly mode: "local" | "token";
  readonly mayCreate: boolean;
}

export interface Member {
  readonly user: string;
  readonly role: Role;
  readonly isCreator: boolean;
}

export interface Members {
  readonly members: readonly Member[];
  readonly user: string;
  readonly role: Role;
}

export interface Share {
  readonly id: string;
  readonly role: Role;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly revokedAt: string | null;
}

export interface NewShare {
  readonly share: Share;
  /** A path; it is answered this once. */
  readonly link: string;
}

/** One thing wrong with an imported file. */
export interface FileError {
  readonly pointer: string;
  readonly line?: number | null;
  readonly code: string;
  readonly reason: string;
}

/** An application to begin with; its parts by their names. */
export interface Template {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly icon: string;
  readonly dataModels: readonly string[];
  readonly pages: readonly string[];
  readonly workflows: readonly string[];
  readonly roles: readonly string[];
  /** How many sample records it brings along. */
  readonly records: number;
}

export interface ImportResult {
  readonly room: string;
  readonly revision: number;
  readonly changed: boolean;
  readonly problems: readonly Problem[];
}

/** One line of the history: a revision, or a run of them that carry on with one change. */
export interface HistoryEntry {
  readonly first: number;
  readonly last: number;
  readonly time: string;
  readonly words: string;
  readonly changes: number;
  readonly nodes: readonly string[];
}

/** One person's revisions, one soon after the other; `first` names it, and it only grows at its end. */
export interface HistoryGroup {
  readonly first: number;
  readonly last: number;
  readonly author: { readonly user: string; readonly name: string; readonly color: string };
  readonly begin: string;
  readonly end: string;
  readonly words: string;
  readonly changes: number;
  readonly nodes: readonly string[];
  /** Newest first. */
  readonly entries: readonly HistoryEntry[];
}

export interface HistoryPage {
  /** Newest first. */
  readonly groups: readonly HistoryGroup[];
  readonly head: number;
  /** Revisions up to this one are not kept. */
  readonly start: number;
  /** What `before` is for the next page; null where the history ends. */
  readonly next: number | null;
  /** What `around` is for the page before this one; null where this one reaches to now. */
  readonly newer: number | null;
}

export interface HistoryQuestion {
  readonly before?: number | undefined;
  /** Instead of `before`: a revision that has to be on the page. */
  readonly around?: number | undefined;
  readonly limit?: number | undefined;
  readonly author?: string | undefined;
  readonly node?: string | undefined;
}

export interface RevisionModel {
  readonly revision: number;
  readonly model: { readonly application: JsonObject; readonly nodes: JsonObject };
}

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: readonly FileError[];

  constructor(status: number, code: string, message: string, errors: readonly FileError[] = []) {
    super(message);
    this.status = status;
    this.code = code;
    this.errors = errors;
  }
}

/** How often a preview that is still starting is asked. */
const PREVIEW_ATTEMPTS = 3;

export const api = {
  session: (): Promise<Session> => request("/api/session"),
  renameSession: (name: string): Promise<Session> =>
    request("/api/session", { method: "PUT", ...json({ name }) }),
  rooms: (): Promise<RoomList> => request("/api/rooms"),
  trash: (): Promise<RoomList> => request("/api/rooms?deleted=true"),
  createRoom: (name: string, title: string, template?: string): Promise<Room> =>
    request("/api/rooms", {
      method: "POST",
      ...json({ name, ...(title !== "" && { title }), ...(template !== undefined && { template }) }),
    }),
  templates: async (): Promise<readonly Template[]> =>
    (await request<{ templates: readonly Template[] }>("/api/templates")).templates,
  /** Fills the empty preview of a room that was made of a template with the template's records. */
  writeTemplateRecords: async (room: string): Promise<unknown> => {
    const write = (): Promise<unknown> => request(`${previewUrl(room)}player/data/generate`, { method: "POST", ...json({ template: true }) });
    for (let attempt = 1; attempt < PREVIEW_ATTEMPTS; attempt += 1) {
      try {
        return await write();
      } catch (failure) {
        // The server has waited for the preview's start, and says so when that takes longer.
        if (!(failure instanceof ApiError) || failure.code !== "preview_waiting") throw failure;
      }
    }
    return write();
  },
  room: (name: string): Promise<Room> => request(roomPath(name)),
  renameRoom: (name: string, title: string): Promise<Room> =>
    request(roomPath(name), { method: "PATCH", ...json({ title }) }),
  deleteRoom: (name: string): Promise<Room> => request(roomPath(name), { method: "DELETE" }),
  restoreRoom: (name: string): Promise<Room> => request(`${roomPath(name)}/restore`, { method: "POST" }),
  duplicateRoom: (name: string, copy: string, title: string): Promise<Room> =>
    request(`${roomPath(name)}/duplicate`, { method: "POST", ...json({ name: copy, title }) }),
  members: (room: string): Promise<Members> => request(`${roomPath(room)}/members`),
  setMember: (room: string, user: string, role: Role): Promise<Member> =>
    request(memberPath(room, user), { method: "PUT", ...json({ role }) }),
  removeMember: (room: string, user: string): Promise<null> =>
    request(memberPath(room, user), { method: "DELETE" }),
  shares: async (room: string): Promise<readonly Share[]> =>
    (await request<{ shares: readonly Share[] }>(`${roomPath(room)}/shares`)).shares,
  addShare: (room: string, role: Role, expiresInSeconds: number): Promise<NewShare> =>
    request(`${roomPath(room)}/shares`, { method: "POST", ...json({ role, expiresInSeconds }) }),
  revokeShare: (room: string, id: string): Promise<Share> =>
    request(`${roomPath(room)}/shares/${encodeURIComponent(id)}`, { method: "DELETE" }),
  definitions: async (name: string): Promise<readonly Definition[]> =>
    listDefinitions(await request<{ definitions: Definitions }>(`${roomPath(name)}/definitions`)),
  history: (name: string, question: HistoryQuestion): Promise<HistoryPage> =>
    request(`${roomPath(name)}/history?${search(question)}`),
  modelAt: (name: string, revision: number): Promise<RevisionModel> => request(`${roomPath(name)}/revisions/${revision}/model`),
  /** Asked for again with the same key, it is done once. */
  restoreRevision: (name: string, revision: number, key: string): Promise<{ readonly revision: number; readonly changed: boolean }> =>
    request(`${roomPath(name)}/revisions/${revision}/restore`, { method: "POST", headers: { "Idempotency-Key": key } }),
  /** Takes one revision back and keeps what came after it; `conflicts` is what could not be. */
  revertRevision: (name: string, revision: number): Promise<{ readonly revision: number; readonly conflicts: readonly (readonly string[])[] }> =>
    request(`${roomPath(name)}/revert`, { method: "POST", ...json({ revision }) }),
  importFile: (name: string, text: string, type: string): Promise<ImportResult> =>
    request(`${roomPath(name)}/import?create=true`, {
      method: "POST",
      body: text,
      headers: { "Content-Type": type },
    }),
};

type Definitions = readonly Definition[] | { readonly [type: string]: Definition };

// A list, or the definitions by their type: both say the same.
function listDefinitions({ definitions }: { readonly definitions: Definitions }): readonly Definition[] {
  return Array.isArray(definitions) ? definitions : Object.values(definitions);
}

export const exportUrl = (name: string, format: "json" | "yaml"): string =>
  `${roomPath(name)}/export?format=${format}`;

/** The drawing of a room's first page; the fragment chooses its colours, the revision its age. */
export const thumbnailUrl = (room: Room, scheme: "light" | "dark"): string =>
  `${roomPath(room.name)}/thumbnail.svg?revision=${room.revision}#${scheme}`;

/** The drawing of a template's first page. */
export const templateThumbnailUrl = (template: string, scheme: "light" | "dark"): string =>
  `/api/templates/${encodeURIComponent(template)}/thumbnail.svg#${scheme}`;

export const previewUrl = (name: string): string => `/preview/${encodeURIComponent(name)}/`;

export const designerUrl = (name: string): string => `/rooms/${encodeURIComponent(name)}`;

/** The text to show for any failure. */
export function explain(error: unknown): string {
  if (error instanceof ApiError) return sentence(error.message);
  return "The server cannot be reached. Check that it runs, then try again.";
}

/** The text as a sentence: a capital in front, a full stop behind. */
export function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/u.test(capital) ? capital : `${capital}.`;
}

function roomPath(name: string): string {
  return `/api/rooms/${encodeURIComponent(name)}`;
}

function memberPath(room: string, user: string): string {
  return `${roomPath(room)}/members/${encodeURIComponent(user)}`;
}

function search(question: HistoryQuestion): string {
  return String(new URLSearchParams(Object.entries(question).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]]))));
}

function json(body: Json): RequestInit {
  return { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
}

async function request<T>(path: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(path, { credentials: "same-origin", ...init });
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body as T;
  if (response.status === 401) signIn();
  throw toError(response.status, body);
}

/** Whether the session is surely over; whoever asks still holds work, so nothing leads away here. */
export async function isSessionOver(): Promise<boolean> {
  try {
    return (await fetch("/api/session", { credentials: "same-origin" })).status === 401;
  } catch {
    return false;
  }
}

/** Nobody knows who this is (any more): sign in, and come back to this very page. */
function signIn(): void {
  const { pathname, search, hash } = window.location;
  window.location.assign(`/login?next=${encodeURIComponent(pathname + search + hash)}`);
}

function toError(status: number, body: unknown): ApiError {
  if (!isObject(body)) return new ApiError(status, "http", `The server answered ${status}.`);
  const message = [body.detail, body.title].find((text) => typeof text === "string" && text !== "");
  const errors = Array.isArray(body.errors) ? (body.errors as unknown as readonly FileError[]) : [];
  return new ApiError(
    status,
    typeof body.code === "string" ? body.code : "http",
    typeof message === "string" ? message : `The server answered ${status}.`,
    errors,
  );
}
