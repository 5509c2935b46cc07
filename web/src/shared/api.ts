/** The HTTP interface of the server, typed; every failure becomes an `ApiError`. */
import type { Definition, Json, Problem } from "../model/types";
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

export interface ImportResult {
  readonly room: string;
  readonly revision: number;
  readonly changed: boolean;
  readonly problems: readonly Problem[];
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

export const api = {
  session: (): Promise<Session> => request("/api/session"),
  renameSession: (name: string): Promise<Session> =>
    request("/api/session", { method: "PUT", ...json({ name }) }),
  rooms: (): Promise<RoomList> => request("/api/rooms"),
  trash: (): Promise<RoomList> => request("/api/rooms?deleted=true"),
  createRoom: (name: string, title: string): Promise<Room> =>
    request("/api/rooms", { method: "POST", ...json(title === "" ? { name } : { name, title }) }),
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
