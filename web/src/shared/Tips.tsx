/**
 * One tooltip for all elements that have a `data-tip`.
 *
 * A tooltip of its own around each of a form's dozens of small buttons is most of the work of showing
 * the form; here one listens for all of them. It says more to those who see: what an element is called
 * stands in its `aria-label`, and what the tip adds to that in its `aria-description`.
 */
import { Tooltip } from "@mantine/core";
import { useEffect, useState } from "react";

/** How long the pointer rests on an element before its tip is shown, in milliseconds. */
const DELAY_MS = 400;

export function Tips() {
  const [shown, setShown] = useState<{ readonly element: HTMLElement; readonly text: string } | null>(null);
  useEffect(() => watchTips((element) => setShown(element === null ? null : { element, text: element.dataset.tip ?? "" })), []);
  if (shown === null) return null;
  return <Tooltip opened target={shown.element} label={shown.text} multiline maw={260} position="top" />;
}

/** Tells whose tip is to be shown: what the pointer rests on, or what the keyboard has come to. */
function watchTips(show: (element: HTMLElement | null) => void): () => void {
  let current: HTMLElement | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const turnTo = (element: HTMLElement | null, delay: number): void => {
    if (element === current) return;
    clearTimeout(timer);
    if (current !== null) show(null);
    current = element;
    if (element !== null) timer = setTimeout(() => element.isConnected && show(element), delay);
  };
  const leave = (): void => turnTo(null, 0);
  const stop = new AbortController();
  const listen = <K extends keyof DocumentEventMap>(names: readonly K[], listener: (event: DocumentEventMap[K]) => void): void => {
    for (const name of names) document.addEventListener(name, listener, { capture: true, signal: stop.signal });
  };
  listen(["pointerover"], ({ target }) => turnTo(tipped(target), DELAY_MS));
  listen(["focusin"], ({ target }) => turnTo(target instanceof Element && target.matches(":focus-visible") ? tipped(target) : null, 0));
  listen(["focusout", "pointerdown", "scroll"], leave);
  listen(["keydown"], ({ key }) => key === "Escape" && leave());
  return () => {
    stop.abort();
    clearTimeout(timer);
  };
}

function tipped(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>("[data-tip]") : null;
}
