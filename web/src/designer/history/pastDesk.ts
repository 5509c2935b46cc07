/**
 * A desk at which everything is as it was at a revision, and nothing can be changed.
 *
 * Panels, keys and commands work on it through the same hooks as on the desk of now. It has the
 * panels of now, and a selection of its own: what one looks at in the past moves nothing in the room.
 */
import { pagesOf } from "../../model/routes";
import type { Snapshot } from "../../model/snapshot";
import { ancestorsOf } from "../../model/tree";
import { lendTools } from "../commands/tools";
import { Desk } from "../desk";
import { NO_PROPS } from "./compare";
import { PastConnection } from "./pastConnection";

/** More marked nodes than these say nothing any more. */
const CHANGED_MAX = 200;

export class PastDesk extends Desk {
  override readonly isPast = true;
  readonly #connection: PastConnection;
  readonly #now: Desk;

  constructor(now: Desk, snapshot: Snapshot) {
    const connection = new PastConnection(now.connection, now.registry, snapshot);
    super({ name: now.room, title: now.title }, connection, now.registry, now.panels);
    this.#connection = connection;
    this.#now = now;
    this.selection.set(now.selection.get());
    this.expanded.set(now.expanded.get());
    this.revealed.set(now.revealed.get());
    this.page.set(now.page.get());
    this.centre.set(now.centre.get());
    lendTools(now, this);
  }

  /** Shows a revision: its model, and where `nodes`, which it changed, are; their properties follow by `changedProps`. */
  show(snapshot: Snapshot, nodes: readonly string[]): void {
    this.#connection.show(snapshot);
    this.changedProps.set(NO_PROPS);
    const changed = nodes.slice(0, CHANGED_MAX);
    this.changed.set(new Set(changed));
    const live = changed.filter((id) => snapshot.isLive(id));
    const hidden = live.flatMap((id) => ancestorsOf(id, snapshot)).filter((id) => !this.expanded.get().has(id));
    if (hidden.length > 0) this.expanded.update((expanded) => new Set([...expanded, ...hidden]));
    const first = live[0];
    if (first === undefined) return;
    if (!live.some((id) => this.#isShown(id, snapshot))) this.reveal(first);
    this.revealed.set(new Set(live.flatMap((id) => snapshot.path(id).map((node) => node.id))));
  }

  /** Shows nothing: the revision could not be read. */
  clear(snapshot: Snapshot): void {
    this.#connection.show(snapshot);
    this.changed.set(new Set());
    this.changedProps.set(NO_PROPS);
  }

  /** Takes what one looked at along to now, as far as it is still there. */
  carryOver(): void {
    const keys = this.selection.get().filter((key) => this.#now.snapshot.isLive(key));
    const page = this.page.get();
    if (keys.length > 0 && keys.at(-1) !== this.#now.primary) this.#now.selectAll(keys);
    else if (page !== null && this.centre.get().kind === "canvas" && this.#now.snapshot.isLive(page)) this.#now.reveal(page);
  }

  destroy(): void {
    this.#connection.destroy();
  }

  /** Whether the centre shows what a node stands in. */
  #isShown(id: string, snapshot: Snapshot): boolean {
    const root = snapshot.path(id)[0]?.id;
    const centre = this.centre.get();
    return root === (centre.kind === "canvas" ? (this.page.get() ?? pagesOf(snapshot)[0]?.id) : centre.id);
  }
}
