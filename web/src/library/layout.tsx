/** Views that arrange others: stack, grid, card, divider, frame. */
import type { CSSProperties } from "react";

import { Bound } from "./Bound";
import { Slot } from "./NodeView";
import { choice, flag, literal, number, safeUrl, scalars, text } from "./read";
import { useChildIds } from "./stage";
import type { ViewProps } from "./view";

export function StackView({ node, root }: ViewProps) {
  const direction = choice(node, "direction", ["vertical", "horizontal"], "vertical");
  const align = choice(node, "align", ["start", "center", "end", "stretch"], "stretch");
  const justify = choice(node, "justify", ["start", "center", "end", "between"], "start");
  const style = { ...root.style, "--gap": number(node, "gap", 1) } as CSSProperties;
  return (
    <div {...root} className="app-stack" data-direction={direction} data-align={align} data-justify={justify} data-wrap={flag(node, "wrap")} style={style}>
      <Slot node={node} hint="Empty stack" />
    </div>
  );
}

export function GridView({ node, root }: ViewProps) {
  const columns = literal(node, "columns");
  const count = typeof columns === "number" && columns >= 1 ? Math.min(Math.floor(columns), 24) : 0;
  const weights = scalars(columns).map((weight) => (typeof weight === "number" && weight > 0 ? weight : 1));
  const tracks = count > 0 ? Array.from({ length: count }, () => 1) : weights.length > 0 ? weights : [1, 1];
  const style = {
    ...root.style,
    "--gap": number(node, "gap", 1),
    "--tracks": tracks.map((weight) => `minmax(0, ${weight}fr)`).join(" "),
  } as CSSProperties;
  return (
    <div {...root} className="app-grid" style={style}>
      <Slot node={node} hint="Empty grid" />
    </div>
  );
}

export function CardView({ node, root }: ViewProps) {
  const header = useChildIds(node.id, "header");
  const footer = useChildIds(node.id, "footer");
  const hasTitle = node.props.title !== undefined && node.props.title !== "";
  return (
    <section {...root} className="app-card" data-padded={flag(node, "padded", true)}>
      {(hasTitle || header.length > 0) && (
        <header className="app-card-header">
          {hasTitle && (
            <h3>
              <Bound value={node.props.title} />
            </h3>
          )}
          <Slot node={node} name="header" />
        </header>
      )}
      <div className="app-card-body">
        <Slot node={node} hint="Empty card" />
      </div>
      {footer.length > 0 && (
        <footer className="app-card-footer">
          <Slot node={node} name="footer" />
        </footer>
      )}
    </section>
  );
}

export function DividerView({ node, root }: ViewProps) {
  const label = text(node, "label");
  const orientation = choice(node, "orientation", ["horizontal", "vertical"], "horizontal");
  if (label === "") return <hr {...root} className="app-divider" data-orientation={orientation} />;
  return (
    <div {...root} className="app-divider-labelled">
      <span>{label}</span>
    </div>
  );
}

export function FrameView({ node, root }: ViewProps) {
  const url = safeUrl(text(node, "url"));
  const title = text(node, "title", "Embedded page");
  // The frame is described, not loaded: a design room is no place to run somebody else's page.
  return (
    <figure {...root} className="app-frame" style={{ ...root.style, minHeight: number(node, "height", 400) }}>
      <figcaption>
        <strong>{title}</strong>
        <span>{url ?? "No address yet"}</span>
      </figcaption>
    </figure>
  );
}
