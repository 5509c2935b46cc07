/** The text of an expression, shared letter by letter. */
import type { PropPath } from "../../model/editor";
import { useDesk } from "../desk";
import { useSubject } from "./field";
import { LiveTextarea } from "./LiveInput";

/** Characters to a line of the inspector; decides how high an expression's box is. */
const LINE_LENGTH = 40;

export function ExpressionEditor({ id, path, source }: { readonly id: string; readonly path: PropPath; readonly source: string }) {
  const desk = useDesk();
  const { owner, isReadOnly } = useSubject();
  const write = (next: string): void => {
    const { editor } = desk.connection;
    if (editor.text(owner.id, path) !== null) editor.type(owner.id, path, next);
    // Inside a register the expression is part of one plain value, which is written whole.
    else editor.set(owner.id, path, next);
  };
  return (
    <div className="dr-expression">
      <span className="dr-expression-mark" aria-hidden>ƒ</span>
      <LiveTextarea
        id={id}
        value={source}
        onChange={write}
        isReadOnly={isReadOnly}
        isCode
        rows={Math.min(Math.max(Math.ceil(source.length / LINE_LENGTH), 1), 8)}
        placeholder="record.total > 100"
      />
    </div>
  );
}
