/**
 * The application of the desk, running over the live document with the preview's data.
 *
 * It asks and never writes. What it asks for is answered from committed revisions, so a question
 * waits a moment for the preview to have seen what the person sees.
 */
import type { AppRuntime, QueryOptions, Scope } from "../../library/runtime";
import { typeName } from "../../model/registry";
import type { LiveNode } from "../../model/types";
import { Client } from "../../preview/core/client";
import { Computed, constant } from "../../preview/core/computed";
import { lazyExpressions } from "../../preview/core/lazyEngine";
import { createPlayer, type Player } from "../../preview/core/runtime";
import { type Readable, Store } from "../../shared/store";
import type { Desk } from "../desk";
import { PreviewFeed } from "./feed";
import { parametersWith, recordParameter, type RecordParameter } from "./parameters";
import { stillOf } from "./still";

/** How long a question waits for the preview to catch up with the document, in milliseconds. */
const CATCH_UP_MS = 3_000;
/** A change by others comes as an update first and as a revision right after it. */
const SETTLE_MS = 60;
/** How long the stream stays open after nobody looks any more, in milliseconds. */
const LINGER_MS = 5_000;

const FIRST_RECORD: Omit<QueryOptions, "pageSize"> = { sort: [], search: "", filters: {}, page: 0 };
const PAGE_SIZE = 50;

export class Running {
  readonly player: Player;
  /** The player as views on the canvas are given it. */
  readonly still: AppRuntime;
  readonly feed: PreviewFeed;
  /** Whether the preview has answered at all: before that the canvas shows structure alone. */
  readonly isUp: Readable<boolean>;
  /** The record that each page is looked at with, by the page's id, where one was chosen. */
  readonly chosen = new Store<ReadonlyMap<string, string>>(new Map());
  readonly #desk: Desk;
  #holders = 0;

  constructor(desk: Desk) {
    this.#desk = desk;
    const snapshots = desk.connection.model.snapshots;
    const base = `/preview/${encodeURIComponent(desk.room)}/`;
    const client = new Client({ base, token: null, isReadOnly: true, fetch: (input, init) => this.#fetch(input, init) });
    const nothing = (): void => undefined;
    const surroundings = { path: () => "", navigate: nothing, replace: nothing, setOpen: nothing, closeAll: nothing };
    this.player = createPlayer({ client, expressions: lazyExpressions(snapshots), snapshots, surroundings });
    this.still = stillOf(this.player);
    this.feed = new PreviewFeed(`${base}feed`, this.player);
    this.isUp = new Computed((track) => track(this.feed.revision, (revision) => revision !== null) && track(this.player.schema, ({ isKnown }) => isKnown));
  }

  /** Follows the preview until the returned function is called. */
  readonly hold = (): (() => void) => {
    this.#holders += 1;
    this.feed.open();
    return () => {
      this.#holders -= 1;
      setTimeout(() => {
        if (this.#holders === 0) this.feed.close();
      }, LINGER_MS);
    };
  };

  choose(page: string, record: string): void {
    this.chosen.update((chosen) => new Map(chosen).set(page, record));
  }

  /** What a page's path needs a record for, if it does. */
  recordParameterOf(page: string): Readable<RecordParameter | null> {
    return new Computed((track) => track(this.#desk.connection.model.snapshots, (snapshot) => {
      const node = snapshot.node(page);
      return node === undefined ? null : recordParameter(snapshot, node);
    }));
  }

  /** The record that a page is looked at with: the chosen one, else the first; null while it is looked for. */
  recordOf(page: string): Readable<string | null> {
    const parameter = this.recordParameterOf(page);
    return new Computed((track) => {
      const found = track(parameter);
      if (found === null) return "";
      const chosen = track(this.chosen, (all) => all.get(page));
      if (chosen !== undefined) return chosen;
      const { state, choices } = track(this.player.references(found.model, ""));
      return state === "pending" ? null : (choices[0]?.value ?? "");
    });
  }

  /** What a page sees; null while its record is looked for. */
  pageScope(page: string): Readable<Scope | null> {
    const parameter = this.recordParameterOf(page);
    const record = this.recordOf(page);
    return new Computed((track) => {
      const node = track(this.#desk.connection.model.snapshots, (snapshot) => snapshot.node(page));
      const id = track(record);
      if (node === undefined || id === null) return null;
      return this.player.pageScope(node, parametersWith(node, track(parameter), id));
    });
  }

  /** What an expression at a place of a node's properties sees; null where nothing runs. */
  scopeOf(node: LiveNode, path: readonly string[] = []): Readable<Scope | null> {
    const { snapshots } = this.#desk.connection.model;
    const [page] = snapshots.get().path(node.id);
    if (page === undefined || typeName(page.type) !== "Page") return constant(null);
    const pageScope = this.pageScope(page.id);
    return new Computed<Scope | null>((track) => {
      const steps = track(snapshots, (snapshot) => snapshot.path(node.id)).slice(1);
      let scope = track(pageScope);
      for (const step of steps) {
        if (scope === null) return null;
        const type = typeName(step.type);
        if (type === "Form" || type === "DetailView") scope = { ...scope, record: this.still.record(step, scope) };
        const isItem = step.id === node.id ? isOfItem(path) : type === "List" && step.place?.[1] !== "empty";
        if (!isItem) continue;
        const pageSize = typeof step.props.pageSize === "number" ? step.props.pageSize : PAGE_SIZE;
        const item: Scope["item"] = track(this.still.query(step, scope, { ...FIRST_RECORD, pageSize }), ({ records }) => records[0] ?? null);
        scope = { ...scope, item };
      }
      return scope;
    });
  }

  async #fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    // Questions about nodes are answered from the preview's revision; the others do not depend on it.
    if (init?.method === "POST") await this.#caughtUp(init.signal ?? null);
    return fetch(input, init);
  }

  async #caughtUp(signal: AbortSignal | null): Promise<void> {
    const end = Date.now() + CATCH_UP_MS;
    do {
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    } while (!this.#isCaughtUp() && Date.now() < end && signal?.aborted !== true);
  }

  #isCaughtUp(): boolean {
    const { unsynced, revision } = this.#desk.connection.state.get();
    const shown = this.feed.revision.get();
    return unsynced === 0 && shown !== null && shown >= (revision ?? 0);
  }
}

/** Properties whose expressions are computed for each record that the node shows. */
function isOfItem([name, second]: readonly string[]): boolean {
  if (name === "dataSource") return second === "filter";
  return name === "columns" || name === "onRowSelect" || name === "onItemSelect";
}
