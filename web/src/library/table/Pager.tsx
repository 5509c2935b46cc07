/** Which records of how many are shown, and the way to the others. */
import { Glyph } from "../Glyph";
import { useLocale } from "../properties";
import { useStage } from "../stage";
import type { RecordsQuery } from "./query";
import { lastPage } from "./sorting";

export function Pager({ query }: { readonly query: RecordsQuery }) {
  const locale = useLocale();
  const tabIndex = useStage().mode === "design" ? -1 : undefined;
  const { page, pageSize, state } = query;
  const { total, records } = state;
  const isLast = total === null ? records.length < pageSize : page >= lastPage(total, pageSize);
  if (page === 0 && isLast) return null;
  const count = (number: number): string => number.toLocaleString(locale);
  const first = page * pageSize + 1;
  return (
    <div className="app-pager" role="group" aria-label="Pages">
      <bdi dir="ltr">
        {count(first)}–{count(first + Math.max(records.length, 1) - 1)}
        {total !== null && ` of ${count(total)}`}
      </bdi>
      <button type="button" className="app-button" data-variant="subtle" data-compact aria-label="Previous page" tabIndex={tabIndex} disabled={page === 0} onClick={() => query.setPage(page - 1)}>
        <span className="app-mirrored"><Glyph name="chevron-left" /></span>
      </button>
      <button type="button" className="app-button" data-variant="subtle" data-compact aria-label="Next page" tabIndex={tabIndex} disabled={isLast} onClick={() => query.setPage(page + 1)}>
        <span className="app-mirrored"><Glyph name="chevron-right" /></span>
      </button>
    </div>
  );
}
