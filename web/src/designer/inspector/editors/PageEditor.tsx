/** Where something leads: a page with a value for each parameter of its path, or an address. */
import { ActionIcon, Tooltip } from "@mantine/core";
import { SquareArrowOutUpRight, SquareFunction } from "lucide-react";

import { propertyTitle } from "../../../model/schema";
import { pagePath, pagesOf } from "../../../model/routes";
import { isExpression, toText } from "../../../model/value";
import { useDesk } from "../../desk";
import { useModel, useWriter } from "../field";
import type { EditorProps } from "../LiteralEditor";
import { type PageTarget, parametersOf, type PathValue, readTarget, writeTarget } from "../logic/pageTargets";
import { Suggest } from "./Chooser";
import { Committed } from "./OperandEditor";

export function PageEditor({ id, name, path, value, schema, isMixed }: EditorProps) {
  const desk = useDesk();
  const writer = useWriter();
  const paths = useModel((snapshot) => pagesOf(snapshot).filter((page) => toText(page.props.path) !== "").map(pagePath));
  // The pages decide what a path leads to, so the target is read again when they change.
  const target = paths.length === 0 ? null : readTarget(value, desk.snapshot);
  const write = (next: PageTarget): void => {
    const written = writeTarget(next);
    if (isExpression(written)) writer.express(path, written.expr);
    else writer.set(path, written);
  };
  const title = propertyTitle(name, schema);
  const names = target === null ? [] : parametersOf(target.page);
  const isWritten = toText(value).startsWith("/") && target === null && !isExpression(value);
  const commit = (text: string): void => {
    const page = pagesOf(desk.snapshot).find((other) => pagePath(other) === text);
    if (page !== undefined && parametersOf(page).length > 0) write({ page, values: firstValues(page, target) });
    else writer.set(path, text === "" ? undefined : text);
  };
  return (
    <>
      <div className="dr-with-button">
        <Suggest
          id={id}
          value={target === null || names.length === 0 ? toText(value) : pagePath(target.page)}
          suggestions={paths}
          placeholder={isMixed === true ? "Mixed" : "/path or https://"}
          isInvalid={isWritten}
          onCommit={commit}
        />
        {target !== null && (
          <Tooltip label={`Open ${toText(target.page.props.name)}`}>
            <ActionIcon aria-label={`Open the page that ${title} leads to`} onClick={() => desk.select(target.page.id)}><SquareArrowOutUpRight size={13} /></ActionIcon>
          </Tooltip>
        )}
      </div>
      {isWritten && <p className="dr-hint">No page has this path yet.</p>}
      {target !== null && names.map((parameter) => (
        <Parameter
          key={parameter}
          id={`${id}-${parameter}`}
          name={parameter}
          value={target.values[parameter] ?? { kind: "text", text: "" }}
          onChange={(next) => write({ page: target.page, values: { ...target.values, [parameter]: next } })}
        />
      ))}
    </>
  );
}

/** Parameters that the former page had too keep their values; others begin with the record of the row. */
function firstValues(page: PageTarget["page"], former: PageTarget | null): PageTarget["values"] {
  return Object.fromEntries(parametersOf(page).map((name) => [name, former?.values[name] ?? { kind: "text" as const, text: name === "id" ? "new" : name }]));
}

interface ParameterProps {
  readonly id: string;
  readonly name: string;
  readonly value: PathValue;
  readonly onChange: (value: PathValue) => void;
}

function Parameter({ id, name, value, onChange }: ParameterProps) {
  const isBound = value.kind === "expression";
  return (
    <div className="dr-row-line dr-parameter">
      <code className="dr-parameter-name">:{name}</code>
      <Committed
        id={id}
        label={`Value of ${name}`}
        text={value.text}
        isCode={isBound}
        onCommit={(text) => onChange({ kind: value.kind, text })}
      />
      <Tooltip label={isBound ? "Use a fixed value" : "Use an expression"}>
        <ActionIcon
          size={20}
          aria-pressed={isBound}
          data-pressed={isBound || undefined}
          aria-label={isBound ? `Use a fixed value for ${name}` : `Use an expression for ${name}`}
          onClick={() => onChange(isBound ? { kind: "text", text: "new" } : { kind: "expression", text: "row.id" })}
        >
          <SquareFunction size={13} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
