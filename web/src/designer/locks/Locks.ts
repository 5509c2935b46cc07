/**
 * One's locks in a room: asking for them, keeping them while one works, and giving them back.
 *
 * The server decides and tells everybody; here is only what it said last. A lock ends a minute after
 * its holder was last heard of, so those that one holds are renewed as long as one is at work in
 * this window: whoever has left the desk does not keep others waiting.
 */
import { Store } from "../../shared/store";
import type { LockAnswer } from "../messages";
import { type Lock, type LockState, NO_LOCKS, type Waiter } from "./state";

export type LockAction = "acquire" | "wait" | "renew" | "release" | "break";

/** A third of the time after which a lock ends. */
const RENEW_MS = 20_000;
/** Whoever has not touched anything for so long is not at work. */
const AT_WORK_MS = 300_000;
const SIGNS_OF_WORK = ["pointerdown", "keydown", "wheel"] as const;

export interface LockOptions {
  /** One's own user; a lock is held in all windows at once. */
  readonly user: string;
  readonly mayBreak: boolean;
  readonly send: (text: string) => void;
  readonly tell: (title: string, text: string) => void;
  readonly now?: () => number;
}

export class Locks {
  readonly state = new Store<LockState>(NO_LOCKS);
  readonly user: string;
  readonly mayBreak: boolean;
  readonly #send: LockOptions["send"];
  readonly #tell: LockOptions["tell"];
  readonly #now: () => number;
  readonly #actions = new Map<number, LockAction>();
  readonly #timer: ReturnType<typeof setInterval>;
  #lastSign: number;
  #requests = 0;

  constructor({ user, mayBreak, send, tell, now = Date.now }: LockOptions) {
    this.user = user;
    this.mayBreak = mayBreak;
    this.#send = send;
    this.#tell = tell;
    this.#now = now;
    this.#lastSign = now();
    this.#timer = setInterval(() => this.#renew(), RENEW_MS);
    if (typeof window !== "undefined") for (const sign of SIGNS_OF_WORK) window.addEventListener(sign, this.noteWork, { capture: true, passive: true });
  }

  /** One's own locks. */
  get own(): readonly Lock[] {
    return this.state.get().locks.filter(({ user }) => user === this.user);
  }

  /** What one waits for. */
  get awaited(): readonly Waiter[] {
    return this.state.get().waiting.filter(({ user }) => user === this.user);
  }

  /** Asks for something; `token` is that of the lock to break, so that no later one is broken. */
  ask(component: string, action: LockAction, token?: number): void {
    this.#requests += 1;
    this.#actions.set(this.#requests, action);
    this.#send(JSON.stringify({ type: "lock", id: this.#requests, component, action, ...(token === undefined ? {} : { token }) }));
  }

  receive(state: LockState): void {
    const before = new Set(this.own.map(({ component }) => component));
    const awaited = new Set(this.awaited.map(({ component }) => component));
    this.state.set(state);
    const granted = this.own.filter(({ component }) => awaited.has(component) && !before.has(component));
    if (granted.length > 0) this.#tell("It is yours now", "What you waited for is locked for you: nobody else changes it until you unlock it.");
  }

  /** The server's answer; only what was refused has to be said, all else is seen. */
  answer({ id, standing, code, reason }: LockAnswer): void {
    const action = this.#actions.get(id);
    this.#actions.delete(id);
    if (standing !== "refused" || action === "renew") return;
    this.#tell(action === "break" ? "The lock was not broken" : "It was not locked", reason || code);
  }

  readonly noteWork = (): void => {
    this.#lastSign = this.#now();
  };

  destroy(): void {
    clearInterval(this.#timer);
    if (typeof window !== "undefined") for (const sign of SIGNS_OF_WORK) window.removeEventListener(sign, this.noteWork, { capture: true });
  }

  #renew(): void {
    if (this.#now() - this.#lastSign > AT_WORK_MS) return;
    for (const { component } of [...this.own, ...this.awaited]) this.ask(component, "renew");
  }
}
