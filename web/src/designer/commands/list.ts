/** The table of all commands: the one source of keys, menus, the finder and the list of keys. */
import type { Desk } from "../desk";
import type { Command } from "./command";
import { EDITING, wrapCommands } from "./editing";
import { type KeyPress, matchesKey } from "./keys";
import { LOCKING } from "../locks/commands";
import { VIEWING } from "./viewing";

export const COMMANDS: readonly Command[] = [...EDITING, ...LOCKING, ...VIEWING];

const BY_ID: ReadonlyMap<string, Command> = new Map(COMMANDS.map((command) => [command.id, command]));

export function commandById(id: string): Command | undefined {
  return BY_ID.get(id);
}

/** All commands of a room; some of them its definitions bring. */
export function commandsOf(desk: Desk): readonly Command[] {
  return [...COMMANDS, ...wrapCommands(desk)];
}

/** The command of a key within a scope. */
export function commandOfKey(press: KeyPress, scope: Command["scope"]): Command | undefined {
  return COMMANDS.find((command) => command.scope === scope && command.keys.some((chord) => matchesKey(press, chord)));
}
