/** The last row of the grid: typing a name there makes a field. */
import { Plus } from "lucide-react";
import { useRef, useState } from "react";

import type { LiveNode } from "../../model/types";
import { useDesk } from "../desk";
import { COLUMNS } from "./cells";
import { NEW_ROW } from "./FieldGrid";
import { asName, nameFault } from "./names";

interface NewFieldRowProps {
  readonly model: LiveNode;
  readonly index: number;
  readonly isActive: boolean;
  /** Called with the new field's id when the person goes on to its type. */
  readonly onAdded: (id: string) => void;
  readonly onWalk: (rows: number) => void;
  readonly onFocus: () => void;
}

export function NewFieldRow({ model, index, isActive, onAdded, onWalk, onFocus }: NewFieldRowProps) {
  const desk = useDesk();
  const [draft, setDraft] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const name = asName(draft, false);
  const fault = draft.trim() === "" ? null : nameFault(desk.snapshot, model.id, "fields", name, null);
  const add = (): string | null => {
    if (draft.trim() === "" || fault !== null) return null;
    const type = desk.registry.definitions.find(({ id }) => id === "Field");
    if (type === undefined) return null;
    desk.connection.stopCapturing();
    const field: LiveNode = { id: "field", type: `Field@${type.version.split(".", 1)[0] ?? "1"}`, place: null, props: { name, type: "Text" } };
    const [id] = desk.connection.editor.insert({ roots: ["field"], nodes: [field] }, desk.snapshot, model.id, "fields", desk.snapshot.children(model.id, "fields").length);
    setDraft("");
    return id ?? null;
  };
  return (
    <div role="row" className="dm-row dm-new" aria-rowindex={index + 2}>
      <div role="gridcell" className="dm-cell" data-column="name">
        <Plus size={12} className="dm-grip" aria-hidden />
        <span className="dm-name">
          <input
            ref={input}
            className="dr-input"
            data-cell={`${NEW_ROW}/0`}
            aria-label="Add field"
            aria-invalid={fault !== null || undefined}
            placeholder="Add field…"
            spellCheck={false}
            tabIndex={isActive ? 0 : -1}
            value={draft}
            onFocus={onFocus}
            onChange={(event) => setDraft(event.currentTarget.value)}
            onKeyDown={(event) => {
              event.stopPropagation();
              if (event.key === "Enter") add();
              else if (event.key === "Tab" && !event.shiftKey && draft.trim() !== "") {
                event.preventDefault();
                const id = add();
                if (id !== null) onAdded(id);
              } else if (event.key === "Escape") setDraft("");
              else if (event.key === "ArrowUp") {
                event.preventDefault();
                onWalk(-1);
              }
            }}
          />
          {fault !== null && <span className="dm-name-fault" role="alert">{fault}</span>}
        </span>
      </div>
      <span role="gridcell" className="dm-cell dm-new-words" aria-colspan={COLUMNS.length - 1}>
        {name !== draft.trim() && name !== "" ? `is called ${name}` : draft.trim() === "" ? "" : "Enter adds it, Tab goes on to its type"}
      </span>
    </div>
  );
}
