/** All keys, as the table of commands has them, in the words of one's own keyboard. */
import "../finder/finder.css";

import { Modal } from "@mantine/core";
import { useState } from "react";

import type { Command } from "../commands/command";
import { isMacPlatform, keyCaps } from "../commands/keys";
import { COMMANDS } from "../commands/list";
import { fold } from "../finder/fuzzy";

/** What the pointer does together with a key, which is no command of its own. */
const POINTER: readonly (readonly [string, readonly string[]])[] = [
  ["Select several", ["Mod+Click"]],
  ["Select a range of rows", ["Shift+Click"]],
  ["Rename in place", ["Double click"]],
];

export function Shortcuts({ onClose }: { readonly onClose: () => void }) {
  const [filter, setFilter] = useState("");
  const isMac = isMacPlatform();
  const groups = groupsOf(fold(filter), isMac);
  return (
    <Modal opened onClose={onClose} title="Keyboard shortcuts" size={760}>
      <input className="dr-input dr-keys-search" type="search" aria-label="Find a shortcut" placeholder="Find…" data-autofocus value={filter} onChange={(event) => setFilter(event.currentTarget.value)} />
      <div className="dr-keys">
        {groups.map(([name, rows]) => (
          <section key={name} aria-label={name}>
            <h3>{name}</h3>
            <dl>
              {rows.map(([title, chords]) => (
                <div key={title}>
                  <dt>{title}</dt>
                  <dd>{chords.map((chord, index) => <Chord key={chord} chord={chord} isMac={isMac} isFirst={index === 0} />)}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      {groups.length === 0 && <p className="dr-hint" role="status">No key does that. In the finder (Ctrl or ⌘ K) every command can be found by name.</p>}
    </Modal>
  );
}

function Chord({ chord, isMac, isFirst }: { readonly chord: string; readonly isMac: boolean; readonly isFirst: boolean }) {
  return (
    <>
      {!isFirst && <span>or</span>}
      {keyCaps(chord, isMac).map((cap, index) => <kbd key={index}>{cap}</kbd>)}
    </>
  );
}

type Row = readonly [title: string, chords: readonly string[]];

function groupsOf(wanted: string, isMac: boolean): readonly (readonly [string, readonly Row[]])[] {
  const groups = new Map<string, Row[]>();
  const put = (name: string, row: Row): void => {
    const text = fold(`${name} ${row[0]} ${row[1].map((chord) => keyCaps(chord, isMac).join(" ")).join(" ")}`);
    if (text.includes(wanted)) groups.set(name, [...(groups.get(name) ?? []), row]);
  };
  for (const command of COMMANDS.filter((other: Command) => other.keys.length > 0)) put(command.group, [command.title, command.keys]);
  for (const row of POINTER) put("Select", row);
  return [...groups];
}
