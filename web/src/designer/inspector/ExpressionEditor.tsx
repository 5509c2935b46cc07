/** The text of an expression, shared letter by letter, with what is wrong and what it is worth. */
import { CircleAlert } from "lucide-react";
import { lazy, Suspense } from "react";

import type { PropPath } from "../../model/editor";
import { CodeField } from "../code/CodeField";
import { LiveValue } from "../code/LiveValue";
import { useConnection, useDesk } from "../desk";
import { problemsAt, useSubject } from "./field";

// The checker is as large as the engine and comes with the editor.
const Fault = lazy(async () => ({ default: (await import("../code/Fault")).Fault }));

export function ExpressionEditor({ id, path, source, label }: { readonly id: string; readonly path: PropPath; readonly source: string; readonly label?: string }) {
  const desk = useDesk();
  const { owner, isReadOnly } = useSubject();
  const property = path.slice(0, -1);
  const problems = useConnection((state) => state.problems);
  const told = problemsAt(problems, owner.id, property).map(({ message }) => message).join("\n");
  return (
    <>
      <div className="dr-expression">
        <span className="dr-expression-mark" aria-hidden>ƒ</span>
        <CodeField
          id={id}
          owner={owner}
          path={path}
          value={source}
          language="expression"
          isReadOnly={isReadOnly}
          label={label}
          describedBy={`${id}-says`}
          isInvalid={told !== ""}
          onChange={(next) => desk.connection.editor.set(owner.id, path, next)}
          placeholder="record.total > 100"
        />
      </div>
      <div id={`${id}-says`} className="dr-expression-says" aria-live="polite">
        <Suspense>
          <Fault owner={owner} path={property} source={source} told={told}>
            {(message) => <p className="dr-field-problem"><CircleAlert size={12} aria-hidden /> {message}</p>}
          </Fault>
        </Suspense>
        <LiveValue owner={owner} path={property} source={source} />
      </div>
    </>
  );
}
