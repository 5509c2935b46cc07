/** Marks for what is not there yet and for what failed: in place, of the size of what is missing. */
import { Glyph } from "./Glyph";
import type { AppError } from "./runtime";

/** A grey bar about as long as the text that is on its way. */
export function Skeleton({ characters = 8 }: { readonly characters?: number }) {
  return <span className="app-skeleton" style={{ inlineSize: `${characters}ch` }} aria-hidden />;
}

/** The whole reason in one sentence, with the part of the expression that it is about. */
export function reasonOf(error: AppError): string {
  const { message, source, start, end } = error;
  if (source === undefined || source === "") return message;
  const part = start !== undefined && end !== undefined && end > start ? source.slice(start, end) : source;
  return part === source ? `${message} In: ${source}` : `${message} At “${part}” in: ${source}`;
}

/** A small mark where a value would be; its reason is read out, and shown on hover and focus. */
export function Failure({ error, isWithinControl = false }: { readonly error: AppError; readonly isWithinControl?: boolean }) {
  const reason = reasonOf(error);
  return (
    <span className="app-failure" role="img" aria-label={`Not available: ${reason}`} data-reason={reason} tabIndex={isWithinControl ? undefined : 0}>
      <Glyph name="alert-triangle" size={14} />
    </span>
  );
}

/** In place of a whole table, list or chart. */
export function Unavailable({ error, what }: { readonly error: AppError | null; readonly what: string }) {
  return (
    <div className="app-unavailable" role="alert">
      <Glyph name="alert-triangle" size={18} />
      <div>
        <strong>{what} could not be loaded</strong>
        <p>{error === null ? "The server gave no reason." : reasonOf(error)}</p>
      </div>
    </div>
  );
}

/** What stands where no records are. */
export function Empty({ title, children }: { readonly title: string; readonly children?: string }) {
  return (
    <div className="app-empty">
      <Glyph name="table" size={20} />
      <span>{title}</span>
      {children !== undefined && <small>{children}</small>}
    </div>
  );
}
