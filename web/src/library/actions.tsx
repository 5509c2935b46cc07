/** Views that do something: button and link. */
import type { MouseEvent } from "react";

import type { LiveNode } from "../model/types";
import { isExpression, toText } from "../model/value";
import { Bound } from "./Bound";
import { Glyph } from "./Glyph";
import { actionsOf, useOnce, usePerform } from "./performing";
import { constant, useChoice, useFlag, useProp, useReadable, useText, useValue } from "./properties";
import { safeUrl } from "./read";
import { useScope } from "./scope";
import { useStage } from "./stage";
import type { ViewProps } from "./view";

const NOT_BUSY = constant(false);

/** Whether an event of the node is under way; what a list repeats waits each for itself. */
function useBusy(node: LiveNode): boolean {
  const { runtime } = useStage();
  const { item } = useScope();
  return useReadable(runtime === null || item !== null ? NOT_BUSY : runtime.isBusy(node));
}

export function ButtonView({ node, root }: ViewProps) {
  const stage = useStage();
  const perform = usePerform(node);
  const click = useOnce(() => perform("onClick"));
  const isBusy = useBusy(node) || click.isRunning;
  const variant = useChoice(node, "variant", ["primary", "secondary", "subtle", "danger"], "secondary");
  const type = useChoice<"button" | "submit" | "reset">(node, "type", ["button", "submit", "reset"], "button");
  const icon = useText(node, "icon");
  const disabled = useProp(node, "disabled");
  const isPlayed = stage.mode === "play";
  // As long as nobody can say whether it may be pressed, it may not.
  const isDisabled = disabled.state === "ready" ? disabled.value === true : isPlayed;
  const press = (event: MouseEvent<HTMLButtonElement>): void => {
    if (!isPlayed) return;
    if (isBusy) {
      event.preventDefault();
      return;
    }
    if (type === "submit") submitAround(event.currentTarget);
    if (actionsOf(node, "onClick").length > 0) click.run();
  };
  return (
    <button
      {...root}
      type={type}
      className="app-button"
      data-variant={variant}
      // A disabled button takes no pointer events, so on the canvas it could not be selected.
      disabled={isPlayed && isDisabled}
      aria-disabled={isDisabled || isBusy || undefined}
      aria-busy={isBusy || undefined}
      data-conditional={(!isPlayed && isExpression(node.props.disabled)) || undefined}
      tabIndex={isPlayed ? undefined : -1}
      onClick={press}
    >
      {isBusy ? <span className="app-spinner" aria-hidden /> : icon !== "" && <Glyph name={icon} />}
      <Bound node={node} name="label" fallback="Button" isWithinControl />
      {disabled.state === "failed" && <Glyph name="alert-triangle" label={`Cannot be pressed: ${disabled.error.message}`} />}
    </button>
  );
}

// A dialog's buttons stand in its footer, outside the form that its content holds.
function submitAround(button: HTMLButtonElement): void {
  if (button.form === null) button.closest(".app-dialog")?.querySelector("form")?.requestSubmit();
}

export function LinkView({ node, root }: ViewProps) {
  const stage = useStage();
  const perform = usePerform(node);
  const to = toText(useValue(node, "to"));
  const isNewTab = useFlag(node, "newTab");
  const isPage = to.startsWith("/") && !to.startsWith("//");
  const url = isPage ? `#${to}` : safeUrl(to);
  const hasActions = actionsOf(node, "onClick").length > 0;
  const follow = (event: MouseEvent): void => {
    if (stage.mode === "design") {
      event.preventDefault();
      return;
    }
    // Whoever asks for a new tab gets one.
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    if (isPage || url === null || hasActions) event.preventDefault();
    if (hasActions) void perform("onClick").then((isDone) => isDone && isPage && stage.navigate(to));
    else if (isPage) stage.navigate(to);
  };
  return (
    <a
      {...root}
      className="app-link"
      href={url ?? "#"}
      rel="noopener noreferrer"
      target={isNewTab && !isPage ? "_blank" : undefined}
      tabIndex={stage.mode === "design" ? -1 : undefined}
      onClick={follow}
    >
      <Bound node={node} name="text" fallback={to || "Link"} isWithinControl />
      {isNewTab && !isPage && <Glyph name="external-link" size={12} label="opens in a new tab" />}
    </a>
  );
}
