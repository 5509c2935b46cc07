/** Views of text and pictures: heading, text, Markdown, image, icon, badge. */
import { createElement, lazy, Suspense } from "react";

import { isExpression, toText } from "../model/value";
import { Bound, Expression } from "./Bound";
import { readFormat } from "./formats";
import { Glyph } from "./Glyph";
import { Failure, Skeleton } from "./marks";
import { persistently } from "./persistently";
import { useChoice, useNumber, useProp, useText, useValue } from "./properties";
import { safeUrl } from "./read";
import { useStage } from "./stage";
import type { ViewProps } from "./view";

// Most pages have none, and its parser would be a tenth of what they load.
const Markdown = lazy(async () => ({ default: (await persistently(() => import("./Markdown"))).Markdown }));

export function HeadingView({ node, root }: ViewProps) {
  const level = Math.round(useNumber(node, "level", 2, 1, 6));
  return createElement(`h${level}`, { ...root, className: "app-heading" }, <Bound node={node} name="text" fallback="Untitled heading" characters={14} />);
}

export function TextView({ node, root }: ViewProps) {
  const tone = useChoice(node, "tone", ["normal", "muted", "success", "warning", "danger"], "normal");
  const size = useChoice(node, "size", ["small", "normal", "large"], "normal");
  const format = readFormat(useValue(node, "format"));
  const { mode } = useStage();
  return (
    <p {...root} className="app-text" data-tone={tone} data-size={size}>
      <Bound node={node} name="text" fallback={mode === "design" ? "Empty text" : ""} format={format} characters={24} />
    </p>
  );
}

export function MarkdownView({ node, root }: ViewProps) {
  const { mode, runtime } = useStage();
  const raw = node.props.text;
  const source = useProp(node, "text");
  const isEmpty = source.state === "ready" && toText(source.value).trim() === "";
  return (
    <div {...root} className="app-markdown">
      {runtime === null && isExpression(raw) ? (
        <Expression source={raw.expr} />
      ) : source.state === "pending" ? (
        <p><Skeleton characters={32} /></p>
      ) : source.state === "failed" ? (
        <p><Failure error={source.error} /></p>
      ) : isEmpty && mode === "play" ? null : (
        <Suspense fallback={<p>{toText(source.value)}</p>}>
          <Markdown source={toText(source.value)} />
        </Suspense>
      )}
    </div>
  );
}

export function ImageView({ node, root }: ViewProps) {
  const raw = node.props.source;
  const source = useProp(node, "source");
  const { runtime } = useStage();
  const url = safeUrl(source.state === "ready" && typeof source.value === "string" ? source.value : "");
  const alt = useText(node, "alt");
  const fit = useChoice(node, "fit", ["cover", "contain", "fill", "none"], "cover");
  const width = useNumber(node, "width", 0);
  const height = useNumber(node, "height", 0);
  const size = { ...(width > 0 && { width }), ...(height > 0 && { height }) };
  if (url !== null) {
    return <img {...root} className="app-image" src={url} alt={alt} style={{ ...root.style, objectFit: fit, ...size }} loading="lazy" />;
  }
  return (
    <div {...root} className="app-image-empty" style={{ ...root.style, ...size }} role="group" aria-label={alt || "Image without a source"} aria-busy={source.state === "pending"}>
      <Glyph name="image" size={24} />
      {runtime === null && isExpression(raw) ? <Expression source={raw.expr} /> : <span>{alt || "No image yet"}</span>}
      {source.state === "failed" && <Failure error={source.error} />}
    </div>
  );
}

export function IconView({ node, root }: ViewProps) {
  const name = useText(node, "name", "circle");
  return (
    <span {...root} className="app-icon">
      <Glyph name={name} size={useNumber(node, "size", 16)} label={useText(node, "label")} />
    </span>
  );
}

export function BadgeView({ node, root }: ViewProps) {
  const tone = useChoice(node, "tone", ["neutral", "info", "success", "warning", "danger"], "neutral");
  const text = useProp(node, "text");
  const { mode } = useStage();
  // A coloured box around nothing says less than nothing.
  if (mode === "play" && text.state === "ready" && toText(text.value) === "") return null;
  return (
    <span {...root} className="app-badge" data-tone={tone}>
      <Bound node={node} name="text" fallback="Badge" characters={6} />
    </span>
  );
}
