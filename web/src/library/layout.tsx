/** Views that arrange others: stack, grid, card, divider, frame. */
import type { CSSProperties } from "react";

import { Bound } from "./Bound";
import { Slot } from "./NodeView";
import { useChoice, useFlag, useNumber, useText, useValue } from "./properties";
import { safeUrl, scalars } from "./read";
import { useChildIds, useStage } from "./stage";
import type { ViewProps } from "./view";

export function StackView({ node, root }: ViewProps) {
  const direction = useChoice(node, "direction", ["vertical", "horizontal"], "vertical");
  const align = useChoice(node, "align", ["start", "center", "end", "stretch"], "stretch");
  const justify = useChoice(node, "justify", ["start", "center", "end", "between"], "start");
  const style = { ...root.style, "--gap": useNumber(node, "gap", 1, 0, 12) } as CSSProperties;
  return (
    <div {...root} className="app-stack" data-direction={direction} data-align={align} data-justify={justify} data-wrap={useFlag(node, "wrap")} style={style}>
      <Slot node={node} hint="Empty stack" />
    </div>
  );
}

export function GridView({ node, root }: ViewProps) {
  const columns = useValue(node, "columns");
  const count = typeof columns === "number" && columns >= 1 ? Math.min(Math.floor(columns), 24) : 0;
  const weights = scalars(columns).map((weight) => (typeof weight === "number" && weight > 0 ? weight : 1));
  const tracks = count > 0 ? Array.from({ length: count }, () => 1) : weights.length > 0 ? weights : [1, 1];
  const style = {
    ...root.style,
    "--gap": useNumber(node, "gap", 1, 0, 12),
    "--tracks": tracks.map((weight) => `minmax(0, ${weight}fr)`).join(" "),
  } as CSSProperties;
  return (
    <div {...root} className="app-grid" data-columns={tracks.length} style={style}>
      <Slot node={node} hint="Empty grid" />
    </div>
  );
}

export function CardView({ node, root }: ViewProps) {
  const header = useChildIds(node.id, "header");
  const footer = useChildIds(node.id, "footer");
  const hasTitle = node.props.title !== undefined && node.props.title !== "";
  return (
    <section {...root} className="app-card" data-padded={useFlag(node, "padded", true)}>
      {(hasTitle || header.length > 0) && (
        <header className="app-card-header">
          {hasTitle && (
            <h2 className="app-card-title">
              <Bound node={node} name="title" characters={14} />
            </h2>
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
  const orientation = useChoice(node, "orientation", ["horizontal", "vertical"], "horizontal");
  if (node.props.label === undefined || node.props.label === "") return <hr {...root} className="app-divider" data-orientation={orientation} />;
  return (
    <div {...root} className="app-divider-labelled">
      <span>
        <Bound node={node} name="label" />
      </span>
    </div>
  );
}

/** A host may show what is framed only over TLS; everything else has no place in a page. */
function frameUrl(address: string): string | null {
  const url = safeUrl(address);
  return url !== null && /^https:\/\//iu.test(url) ? url : null;
}

export function FrameView({ node, root }: ViewProps) {
  const { mode } = useStage();
  const address = useText(node, "url");
  const url = frameUrl(address);
  const title = useText(node, "title", "Embedded page");
  const height = useNumber(node, "height", 400, 40, 4000);
  if (mode === "play" && url !== null) {
    return (
      <iframe
        {...root}
        className="app-frame"
        src={url}
        title={title}
        style={{ ...root.style, height }}
        // Without allow-same-origin the framed site keeps neither the reader's cookies nor a way back here.
        sandbox="allow-scripts allow-forms"
        referrerPolicy="no-referrer"
        loading="lazy"
      />
    );
  }
  // On the canvas the frame is described, not loaded: a design room is no place to run somebody else's page.
  return (
    <figure {...root} className="app-frame" style={{ ...root.style, minHeight: height }}>
      <figcaption>
        <strong>{title}</strong>
        <span>{url ?? (address === "" ? "No address yet" : "Only addresses that begin with https:// are framed")}</span>
      </figcaption>
    </figure>
  );
}
