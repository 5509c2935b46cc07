/** A server for the tests of the player: answers by the path of a request, and remembers them. */
import type { Json, JsonObject } from "../../../model/types";
import { Client } from "../client";

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: JsonObject;
  readonly headers: Readonly<Record<string, string>>;
}

export type Answer = Json | { readonly status: number; readonly body: Json } | undefined;

export interface FakeServer {
  readonly client: Client;
  readonly asked: Asked[];
  /** The requests whose path begins so. */
  readonly to: (path: string) => readonly Asked[];
  /** Makes requests fail as if there were no line. */
  isAway: boolean;
}

function isAnswer(answer: Answer): answer is { readonly status: number; readonly body: Json } {
  return typeof answer === "object" && answer !== null && "status" in answer && "body" in answer;
}

/** `answer` gets each request; undefined means that there is no such address. */
export function fakeServer(answer: (asked: Asked) => Answer | Promise<Answer>): FakeServer {
  const asked: Asked[] = [];
  const respond = async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    const path = decodeURIComponent(String(input).replace("/preview/räume/", "")).replaceAll("+", " ");
    const body = typeof init.body === "string" ? (JSON.parse(init.body) as JsonObject) : {};
    const request: Asked = { method: init.method ?? "GET", path, body, headers: init.headers as Record<string, string> };
    asked.push(request);
    if (server.isAway) throw new TypeError("Failed to fetch");
    const found = await answer(request);
    init.signal?.throwIfAborted();
    const [status, content] = found === undefined ? [404, { code: "not_found", detail: "no such address" }] : isAnswer(found) ? [found.status, found.body] : [200, found];
    return new Response(status === 204 ? null : JSON.stringify(content), { status });
  };
  const client = new Client({ base: "/preview/räume/", token: "täglich", fetch: respond as typeof fetch, pause: async () => undefined });
  const server: FakeServer = { client, asked, isAway: false, to: (path) => asked.filter((request) => request.path.startsWith(path)) };
  return server;
}

/** Lets everything that waits for nothing but the event loop happen. */
export async function idle(turns = 6): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setTimeout(resolve, 0));
}
