/** What is done to the fields of a model, each asked about first where it destroys something. */
import { useMemo } from "react";

import type { Json, LiveNode } from "../../model/types";
import { removeNodes } from "../commands/edits";
import { type Desk, useDesk } from "../desk";
import { Writer } from "../inspector/writer";
import { askRename } from "./renaming";

export interface FieldCommands {
  readonly rename: (field: LiveNode, name: string) => void;
  readonly setType: (field: LiveNode, type: string) => void;
  readonly toggle: (field: LiveNode, property: string) => void;
  readonly removeValue: (field: LiveNode, entry: string) => void;
  readonly setModel: (field: LiveNode, model: string) => void;
  /** Moves fields to the Trash, then calls back. */
  readonly remove: (fields: readonly LiveNode[], after: () => void) => void;
}

export function useFieldCommands(): FieldCommands {
  const desk = useDesk();
  return useMemo(() => fieldCommands(desk), [desk]);
}

function fieldCommands(desk: Desk): FieldCommands {
  const set = (field: LiveNode, path: readonly string[], value: Json | undefined): void => {
    desk.connection.stopCapturing();
    new Writer(desk, [field.id]).set(path, value);
  };
  return {
    rename: (field, name) => askRename(desk, field.id, name),
    setType: (field, type) => set(field, ["type"], type),
    toggle: (field, property) => set(field, [property], field.props[property] === true ? undefined : true),
    removeValue: (field, entry) => set(field, ["values", entry], undefined),
    setModel: (field, model) => set(field, ["model"], model === "" ? undefined : { ref: model }),
    remove: (fields, after) => removeNodes(desk, fields.map(({ id }) => id), after),
  };
}
