/** What is done to the fields of a model, each asked about first where it destroys something. */
import type { LiveNode } from "../../model/types";
import { toText } from "../../model/value";
import { remove } from "../commands/edits";
import { type Desk, useDesk } from "../desk";
import type { Guard } from "./guard";
import type { Renaming } from "./RenameDialog";

export interface FieldCommands {
  readonly rename: (field: LiveNode, name: string) => void;
  readonly setType: (field: LiveNode, type: string) => void;
  readonly toggle: (field: LiveNode, property: string) => void;
  readonly removeValue: (field: LiveNode, entry: string, value: string) => void;
  readonly setModel: (field: LiveNode, model: string) => void;
  /** Moves fields to the Trash, then calls back. */
  readonly remove: (fields: readonly LiveNode[], after: () => void) => void;
}

export function useFieldCommands(guard: Guard, renaming: Renaming): FieldCommands {
  const desk = useDesk();
  const change = (edit: () => void): void => {
    desk.connection.stopCapturing();
    edit();
  };
  return {
    rename: renaming.ask,
    setType: (field, type) => {
      const set = (): void => change(() => desk.connection.editor.set(field.id, ["type"], type));
      const from = toText(field.props.type);
      if (from === "" || from === type) set();
      else guard.ask({ kind: "changeType", field: field.id, to: type }, `Make ${toText(field.props.name)} a ${type}?`, `Change to ${type}`, set);
    },
    toggle: (field, property) => toggle(desk, guard, field, property),
    removeValue: (field, entry, value) => {
      const drop = (): void => change(() => desk.connection.editor.set(field.id, ["values", entry], undefined));
      if (value === "") drop();
      else guard.ask({ kind: "removeValue", field: field.id, value }, `Remove the value “${value}”?`, "Remove", drop);
    },
    setModel: (field, model) => {
      const set = (): void => change(() => desk.connection.editor.set(field.id, ["model"], model === "" ? undefined : { ref: model }));
      if (field.props.model === undefined) set();
      else guard.ask({ kind: "retarget", field: field.id, to: model }, `Let ${toText(field.props.name)} refer to another model?`, "Change the model", set);
    },
    remove: (fields, after) => removeFields(desk, guard, fields, after),
  };
}

function toggle(desk: Desk, guard: Guard, field: LiveNode, property: string): void {
  const isOn = field.props[property] === true;
  const set = (): void => {
    desk.connection.stopCapturing();
    desk.connection.editor.set(field.id, [property], isOn ? undefined : true);
  };
  const name = toText(field.props.name);
  if (isOn || property === "encrypted") set();
  else if (property === "required") guard.ask({ kind: "require", field: field.id }, `Make ${name} required?`, "Make required", set);
  else guard.ask({ kind: "makeUnique", field: field.id }, `Make ${name} unique?`, "Make unique", set);
}

function removeFields(desk: Desk, guard: Guard, fields: readonly LiveNode[], after: () => void): void {
  const [first, ...rest] = fields;
  if (first === undefined) return;
  const perform = (): void => {
    desk.selectAll(fields.map((field) => field.id));
    remove(desk);
    after();
  };
  const names = fields.map((field) => toText(field.props.name)).join(", ");
  const title = rest.length === 0 ? `Delete ${names}?` : `Delete ${fields.length} fields: ${names}?`;
  guard.ask({ kind: "removeFields", fields: fields.map((field) => field.id) }, title, "Delete", perform);
}
