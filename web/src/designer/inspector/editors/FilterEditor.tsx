/** A filter as rows: field, operator, value; the expression behind it is what the model keeps. */
import { ActionIcon, Checkbox, NativeSelect, SegmentedControl } from "@mantine/core";
import { Plus, X } from "lucide-react";

import { propertyTitle } from "../../../model/schema";
import { isExpression } from "../../../model/value";
import { useDesk } from "../../desk";
import { useModel, useSubject, useValue, useWriter } from "../field";
import type { EditorProps } from "../LiteralEditor";
import { type Filter, type FilterRow, type Operator, readFilter, writeFilter } from "../logic/filter";
import { fieldAt, fieldPaths, modelOf, OPERATOR_TITLES, operatorsFor } from "../logic/modelFields";
import { firstOperand, takesOperand } from "../logic/operands";
import { valueAt } from "../logic/paths";
import { Chooser } from "./Chooser";
import { OperandEditor } from "./OperandEditor";
import { RecordCount } from "./RecordCount";

export function FilterEditor({ name, path, value, schema }: EditorProps) {
  const writer = useWriter();
  const { owner } = useSubject();
  const title = propertyTitle(name, schema);
  const source = isExpression(value) ? value.expr : "";
  const filter = readFilter(source) ?? { join: "and", rows: [] };
  const modelPath = [...path.slice(0, -1), "model"];
  useValue(modelPath);
  const model = useModel((snapshot) => modelOf(valueAt(owner.props, modelPath), snapshot));
  const paths = useModel((snapshot) => fieldPaths(model, snapshot).map(([text]) => text));
  const write = (next: Filter): void => {
    if (next.rows.length === 0) writer.set(path, undefined);
    else writer.express(path, writeFilter(next));
  };
  const change = (index: number, row: FilterRow): void => write({ ...filter, rows: filter.rows.map((other, at) => (at === index ? row : other)) });
  const desk = useDesk();
  const add = (): void => {
    const field = paths[0] ?? "id";
    const operator = operatorsFor(fieldAt(model, field, desk.snapshot)?.type)[0] ?? "==";
    write({ ...filter, rows: [...filter.rows, { field, operator, operand: firstOperand(operator, fieldAt(model, field, desk.snapshot)), isOptional: "no" }] });
  };
  return (
    <div className="dr-rows">
      {filter.rows.length > 1 && (
        <SegmentedControl
          size="xs"
          transitionDuration={100}
          aria-label={`How the conditions of ${title} are joined`}
          value={filter.join}
          data={[{ value: "and", label: "All of" }, { value: "or", label: "Any of" }]}
          onChange={(join) => write({ join: join === "or" ? "or" : "and", rows: join === "or" ? filter.rows.map((row) => ({ ...row, isOptional: "no" })) : filter.rows })}
        />
      )}
      {filter.rows.map((row, index) => (
        <Condition
          key={index}
          what={`${title} ${index + 1}`}
          row={row}
          paths={paths}
          model={model}
          canSkip={filter.join === "and"}
          onChange={(next) => change(index, next)}
          onRemove={() => write({ ...filter, rows: filter.rows.filter((_, at) => at !== index) })}
        />
      ))}
      <button type="button" className="dr-add-row" aria-label={`Add to ${title}`} disabled={model === null} onClick={add}>
        <Plus size={12} aria-hidden /> {model === null ? "Choose a model first" : "Add a condition"}
      </button>
      {model !== null && <RecordCount path={path.slice(0, -1)} />}
    </div>
  );
}

interface ConditionProps {
  readonly what: string;
  readonly row: FilterRow;
  readonly paths: readonly string[];
  readonly model: string | null;
  /** Joined by "or" a condition that does not count would make all of them hold. */
  readonly canSkip: boolean;
  readonly onChange: (row: FilterRow) => void;
  readonly onRemove: () => void;
}

function Condition({ what, row, paths, model, canSkip, onChange, onRemove }: ConditionProps) {
  const desk = useDesk();
  const field = fieldAt(model, row.field, desk.snapshot);
  const operators = operatorsFor(field?.type);
  const shown = operators.includes(row.operator) ? operators : [...operators, row.operator];
  const setOperator = (operator: Operator): void => {
    const isKept = takesOperand(operator) && row.operand !== null && (row.operand.kind === "list") === (operator === "in" || operator === "notIn");
    onChange({ ...row, operator, operand: isKept ? row.operand : firstOperand(operator, field), isOptional: isKept ? row.isOptional : "no" });
  };
  const setField = (next: string | undefined): void => {
    if (next === undefined) return;
    const info = fieldAt(model, next, desk.snapshot);
    const operator = operatorsFor(info?.type).includes(row.operator) ? row.operator : (operatorsFor(info?.type)[0] ?? "==");
    const isKept = info?.type === field?.type && operator === row.operator;
    onChange({ field: next, operator, operand: isKept ? row.operand : firstOperand(operator, info), isOptional: isKept ? row.isOptional : "no" });
  };
  const isKnown = paths.includes(row.field);
  return (
    <div className="dr-condition" role="group" aria-label={what}>
      <div className="dr-row-line">
        <Chooser
          id={`condition-${what}`}
          label={`Field of ${what}`}
          value={row.field}
          data={[...paths, ...(isKnown ? [] : [row.field])].map((path) => ({ value: path, label: path }))}
          isClearable={false}
          onChange={setField}
        />
        <NativeSelect
          aria-label={`Operator of ${what}`}
          value={row.operator}
          data={shown.map((operator) => ({ value: operator, label: OPERATOR_TITLES[operator] }))}
          onChange={(event) => setOperator(shown.find((operator) => operator === event.currentTarget.value) ?? "==")}
        />
        <ActionIcon size={20} aria-label={`Remove ${what}`} onClick={onRemove}><X size={12} /></ActionIcon>
      </div>
      {row.operand !== null && (
        <OperandEditor what={what} operand={row.operand} field={field} onChange={(operand) => onChange({ ...row, operand, isOptional: operand.kind === "expression" ? row.isOptional : "no" })} />
      )}
      {row.operand?.kind === "expression" && canSkip && (
        <Checkbox
          size="xs"
          label="Skip while the value is empty"
          checked={row.isOptional !== "no"}
          onChange={(event) => onChange({ ...row, isOptional: event.currentTarget.checked ? emptyOf(row.operator) : "no" })}
        />
      )}
    </div>
  );
}

/** Searches begin with an empty text, choices with nothing. */
function emptyOf(operator: Operator): "null" | "empty" {
  return operator === "contains" || operator === "startsWith" || operator === "endsWith" ? "empty" : "null";
}
