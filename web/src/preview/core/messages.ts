/** Messages to the person at the page, and questions that an action waits for. */
import { Store } from "../../shared/store";

export type Level = "info" | "success" | "warning" | "error";

export interface Message {
  readonly id: number;
  readonly level: Level;
  readonly text: string;
}

export interface Confirmation {
  readonly question: string;
  readonly answer: (isYes: boolean) => void;
}

/** Messages shown at once; the oldest make room. */
const MESSAGES_MAX = 4;
/** What went well leaves by itself; what did not stays until it is read and closed. */
const SHOWN_MS = 6000;

export class Messages {
  readonly list = new Store<readonly Message[]>([]);
  readonly confirmation = new Store<Confirmation | null>(null);
  #next = 1;

  show(text: string, level: Level): void {
    const message: Message = { id: this.#next++, level, text };
    // The same words again are no second message, they only stay longer.
    this.list.update((messages) => [...messages.filter((other) => other.text !== text), message].slice(-MESSAGES_MAX));
    if (level === "info" || level === "success") setTimeout(() => this.close(message.id), SHOWN_MS);
  }

  readonly close = (id: number): void => this.list.update((messages) => messages.filter((message) => message.id !== id));

  /** Asks, and resolves to whether the answer was yes. A second question answers the first by no. */
  confirm(question: string): Promise<boolean> {
    this.confirmation.get()?.answer(false);
    return new Promise((resolve) => {
      this.confirmation.set({
        question,
        answer: (isYes) => {
          this.confirmation.set(null);
          resolve(isYes);
        },
      });
    });
  }
}
