/** Views of text and pictures: heading, text, Markdown, image, icon, badge. */
import { createElement } from "react";

import { isExpression } from "../model/value";
import { Bound, Expression } from "./Bound";
import { Glyph } from "./Glyph";
import { Markdown } from "./Markdown";
import { choice, number, safeUrl, text } from "./read";
import type { ViewProps } from "./view";

export function HeadingView({ node, root }: ViewProps) {
  const level = Math.min(Math.max(Math.round(number(node, "level", 2)), 1), 6);
  return createElement(
    `h${level}`,
    { ...root, className: "app-heading" },
    <Bound value={node.props.text} fallback="Untitled heading" />,
  );
}

export function TextView({ node, root }: ViewProps) {
  const tone = choice(node, "tone", ["normal", "muted", "success", "warning", "danger"], "normal");
  const size = choice(node, "size", ["small", "normal", "large"], "normal");
  return (
    <p {...root} className="app-text" data-tone={tone} data-size={size}>
      <Bound value={node.props.text} fallback="Empty text" />
    </p>
  );
}

export function MarkdownView({ node, root }: ViewProps) {
  const source = node.props.text;
  return (
    <div {...root} className="app-markdown">
      {isExpression(source) ? <Expression source={source.expr} /> : <Markdown source={typeof source === "string" ? source : ""} />}
    </div>
  );
}

export function ImageView({ node, root }: ViewProps) {
  const source = node.props.source;
  const url = safeUrl(typeof source === "string" ? source : "");
  const alt = text(node, "alt");
  if (url === null) {
    return (
      <div {...root} className="app-image-empty" role="img" aria-label={alt || "Image without a source"}>
        <Glyph name="image" size={24} />
        {isExpression(source) ? <Expression source={source.expr} /> : <span>{alt || "No image yet"}</span>}
      </div>
    );
  }
  const fit = choice(node, "fit", ["cover", "contain", "fill", "none"], "cover");
  const width = number(node, "width", 0);
  const height = number(node, "height", 0);
  const size = { ...(width > 0 && { width }), ...(height > 0 && { height }) };
  return <img {...root} className="app-image" src={url} alt={alt} style={{ ...root.style, objectFit: fit, ...size }} loading="lazy" />;
}

export function IconView({ node, root }: ViewProps) {
  const name = text(node, "name", "circle");
  return (
    <span {...root} className="app-icon">
      <Glyph name={name} size={number(node, "size", 16)} label={text(node, "label")} />
    </span>
  );
}

export function BadgeView({ node, root }: ViewProps) {
  const tone = choice(node, "tone", ["neutral", "info", "success", "warning", "danger"], "neutral");
  return (
    <span {...root} className="app-badge" data-tone={tone}>
      <Bound value={node.props.text} fallback="Badge" />
    </span>
  );
}
