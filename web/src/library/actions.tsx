/** Views that do something: button, link, menu. */
import type { MouseEvent } from "react";

import type { JsonObject } from "../model/types";
import { isExpression, listEntries } from "../model/value";
import { Bound } from "./Bound";
import { Glyph } from "./Glyph";
import { actionsOf, perform, performAll } from "./performing";
import { choice, flag, safeUrl, text } from "./read";
import { useStage } from "./stage";
import type { ViewProps } from "./view";

export function ButtonView({ node, root }: ViewProps) {
  const stage = useStage();
  const variant = choice(node, "variant", ["primary", "secondary", "subtle", "danger"], "secondary");
  const icon = text(node, "icon");
  return (
    <button
      {...root}
      type={choice<"button" | "submit" | "reset">(node, "type", ["button", "submit", "reset"], "button")}
      className="app-button"
      data-variant={variant}
      // A disabled button takes no pointer events, so on the canvas it could not be selected.
      disabled={stage.mode === "play" && flag(node, "disabled")}
      aria-disabled={flag(node, "disabled") || undefined}
      data-conditional={isExpression(node.props.disabled) || undefined}
      tabIndex={stage.mode === "design" ? -1 : undefined}
      onClick={() => perform(node, "onClick", stage)}
    >
      {icon !== "" && <Glyph name={icon} />}
      <Bound value={node.props.label} fallback="Button" />
    </button>
  );
}

export function LinkView({ node, root }: ViewProps) {
  const stage = useStage();
  const to = text(node, "to");
  const isPage = to.startsWith("/");
  const follow = (event: MouseEvent): void => {
    if (stage.mode === "design" || isPage || actionsOf(node, "onClick").length > 0) event.preventDefault();
    if (stage.mode === "design") return;
    if (isPage) stage.navigate(to);
    perform(node, "onClick", stage);
  };
  return (
    <a
      {...root}
      className="app-link"
      href={isPage ? `#${to}` : (safeUrl(to) ?? "#")}
      rel="noopener noreferrer"
      target={flag(node, "newTab") && !isPage ? "_blank" : undefined}
      tabIndex={stage.mode === "design" ? -1 : undefined}
      onClick={follow}
    >
      <Bound value={node.props.text} fallback={to || "Link"} />
    </a>
  );
}

export function MenuView({ node, root }: ViewProps) {
  const stage = useStage();
  const icon = text(node, "icon");
  const items = listEntries(node.props.items);
  const choose = (item: JsonObject): void => {
    if (stage.mode !== "play") return;
    if (typeof item.to === "string") stage.navigate(item.to);
    performAll(listEntries(item.actions).map(([, action]) => action), stage);
  };
  return (
    <details {...root} className="app-menu">
      <summary className="app-button" data-variant="secondary" tabIndex={stage.mode === "design" ? -1 : undefined}>
        {icon !== "" && <Glyph name={icon} />}
        <Bound value={node.props.label} fallback="Menu" />
        <Glyph name="chevron-down" />
      </summary>
      <div className="app-menu-panel">
        {items.map(([id, item]) => (
          <button key={id} type="button" className="app-menu-item" disabled={item.disabled === true} onClick={() => choose(item)}>
            <Bound value={item.label} fallback="Item" />
          </button>
        ))}
        {items.length === 0 && <span className="app-empty-note">No items yet</span>}
      </div>
    </details>
  );
}
