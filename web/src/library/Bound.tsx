/** A value that may be bound to an expression: the literal text, or the expression as a chip. */
import type { Json } from "../model/types";
import { isExpression, toText } from "../model/value";

export function Bound({ value, fallback = "" }: { readonly value: Json | undefined; readonly fallback?: string }) {
  if (isExpression(value)) return <Expression source={value.expr} />;
  const shown = toText(value);
  return <>{shown === "" ? fallback : shown}</>;
}

export function Expression({ source }: { readonly source: string }) {
  return (
    <code className="app-expression" title={source}>
      {source === "" ? "empty expression" : source}
    </code>
  );
}
