/** The state of a connection and the messages that are on the screen. */
import type { Problem } from "../model/types";
import { Store } from "../shared/store";
import type { Refusal } from "./panels/refusals";
import { type ConnectionState, INITIAL_STATE, type Notice } from "./state";

/** More messages at once are not kept in sight: a client in a bad loop must not bury the screen. */
const NOTICES_MAX = 4;
const TOLD_MS = 8_000;
const MENTIONED_MS = 3_000;

export class Bulletin {
  readonly state = new Store<ConnectionState>(INITIAL_STATE);
  #count = 0;

  /** Changes what differs; views are not told of a state that says the same. */
  patch(change: Partial<ConnectionState>): void {
    this.state.update((state) => {
      const next = { ...state, ...change };
      const keys = Object.keys(change) as (keyof ConnectionState)[];
      return keys.every((key) => Object.is(state[key], next[key])) ? state : next;
    });
  }

  /** The server sends all problems each time, also when they are the same. */
  setProblems(problems: readonly Problem[]): void {
    if (JSON.stringify(problems) !== JSON.stringify(this.state.get().problems)) this.patch({ problems });
  }

  tell(title: string, text: string): void {
    this.#notify({ kind: "told", title, text, details: [], nodes: [], lifeMs: TOLD_MS });
  }

  /** Says in passing what was done; a later one takes the place of an earlier one. */
  mention(title: string, text: string): void {
    const notices = this.state.get().notices.filter(({ lifeMs }) => lifeMs !== MENTIONED_MS);
    this.patch({ notices });
    this.#notify({ kind: "told", title, text, details: [], nodes: [], lifeMs: MENTIONED_MS });
  }

  tellGone(node: string, title: string, text: string): void {
    this.#notify({ kind: "gone", title, text, details: [], nodes: [node] });
  }

  lose(texts: readonly string[]): void {
    this.#notify({
      kind: "lost",
      title: "Your text was not kept",
      text: "Somebody deleted what you were typing in. Copy it from here if you still need it.",
      details: texts,
      nodes: [],
    });
  }

  refuse({ id, reason, code, nodes, isOffline }: Refusal): void {
    const title = isOffline ? "Some of your offline changes were not accepted" : "Your change was refused";
    this.#notify({ kind: "refused", title, text: reason || code, details: code === "" ? [] : [code], nodes, refusal: id });
  }

  /** Takes away what tells of refusals that are settled. */
  keepRefusals(ids: ReadonlySet<string>): void {
    const { notices } = this.state.get();
    const left = notices.filter(({ refusal }) => refusal === undefined || ids.has(refusal));
    if (left.length < notices.length) this.patch({ notices: left, isRefused: false });
  }

  /** Takes a message off the screen; returns the refusal that it told of. */
  dismiss(id: number): string | undefined {
    const { notices, isRefused } = this.state.get();
    const gone = notices.find((notice) => notice.id === id);
    this.patch({ notices: notices.filter((notice) => notice !== gone), isRefused: isRefused && gone?.kind !== "refused" });
    return gone?.refusal;
  }

  #notify(notice: Omit<Notice, "id">): void {
    this.#count += 1;
    const added: Notice = { id: this.#count, ...notice };
    const isAgain = (other: Notice): boolean => other.kind === "told" && other.title === added.title && other.text === added.text;
    const all = [...this.state.get().notices.filter((other) => !isAgain(other)), added];
    // What goes by itself makes room first: a refusal is to be read.
    const spare = all.find(({ kind }) => kind === "told") ?? all[0];
    this.patch({ notices: all.length > NOTICES_MAX ? all.filter((other) => other !== spare) : all });
  }
}
