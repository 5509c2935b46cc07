/**
 * What the commands need in the page: their keys, the clipboard's events, the context menu, and the
 * dialogs that they open. It draws nothing in its own place.
 */
import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useEffect } from "react";

import { useSelect } from "../../shared/store";
import { type Desk, useDesk } from "../desk";
import { Finder } from "../finder/Finder";
import { handleWindowKey } from "../keyboard";
import { QuestionHost } from "../models/QuestionHost";
import { Shortcuts } from "../shortcuts/Shortcuts";
import { copyInto, cutInto, pasteFrom } from "./clipboard";
import { ContextMenu } from "./ContextMenu";
import { isWriting } from "./keys";
import { toolsOf } from "./tools";

/** Where the commands on the selection work: the trees at the left, and the canvas. */
const MODEL_AREAS = ".dr-tree, .dr-canvas";

export function CommandHost() {
  const desk = useDesk();
  useEvents(desk);
  useTheme(desk);
  useDeletions(desk);
  const tools = toolsOf(desk);
  const isFinderOpen = useSelect(tools.isFinderOpen, (value) => value);
  const isShortcutsOpen = useSelect(tools.isShortcutsOpen, (value) => value);
  return (
    <>
      <ContextMenu />
      <QuestionHost />
      {isFinderOpen && <Finder onClose={() => tools.isFinderOpen.set(false)} />}
      {isShortcutsOpen && <Shortcuts onClose={() => tools.isShortcutsOpen.set(false)} />}
    </>
  );
}

function useEvents(desk: Desk): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (handleWindowKey(desk, event)) event.preventDefault();
    };
    const onClipboard = (event: ClipboardEvent): void => {
      const area = areaOf(event);
      if (area === null || event.defaultPrevented) return;
      if (event.type === "paste") pasteFrom(desk, event.clipboardData, area.matches(".dr-canvas"));
      else if (!(event.type === "cut" ? cutInto : copyInto)(desk, event.clipboardData)) return;
      event.preventDefault();
    };
    const onMenu = (event: MouseEvent): void => {
      if (areaOf(event) === null) return;
      event.preventDefault();
      openAt(desk, event);
    };
    window.addEventListener("keydown", onKey);
    window.addEventListener("contextmenu", onMenu);
    for (const name of ["copy", "cut", "paste"] as const) document.addEventListener(name, onClipboard);
    return () => {
      window.removeEventListener("keydown", onKey);
      window.removeEventListener("contextmenu", onMenu);
      for (const name of ["copy", "cut", "paste"] as const) document.removeEventListener(name, onClipboard);
    };
  }, [desk]);
}

/** The tree or canvas that an event comes from, unless somebody writes a text in it. */
function areaOf(event: Event): Element | null {
  const { target } = event;
  return target instanceof Element && !isWriting(event) ? target.closest(MODEL_AREAS) : null;
}

// A menu is for what is under the pointer; within a selection of several it is for all of them.
function openAt(desk: Desk, event: MouseEvent): void {
  const key = keyAt(event);
  const isByKeyboard = event.button !== 2 && !event.ctrlKey;
  if (!isByKeyboard && key !== null && !desk.selection.get().includes(key)) desk.select(key);
  const { menu } = toolsOf(desk);
  if (!isByKeyboard || menu.get() === null) menu.set({ x: event.clientX, y: event.clientY });
}

function keyAt(event: Event): string | null {
  for (const target of event.composedPath()) {
    if (!(target instanceof HTMLElement)) continue;
    const key = target.dataset.key ?? target.dataset.node;
    if (key !== undefined) return key;
  }
  return null;
}

function useTheme(desk: Desk): void {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  useEffect(() => {
    const { toggleTheme } = toolsOf(desk);
    toggleTheme.set(() => setColorScheme(scheme === "dark" ? "light" : "dark"));
    return () => toggleTheme.set(null);
  }, [desk, scheme, setColorScheme]);
}

/** Remembers when nodes go into the Trash while one looks; the document itself does not say it. */
function useDeletions(desk: Desk): void {
  useEffect(() => {
    // From one revision of the past to another nothing is deleted just now.
    if (desk.isPast) return undefined;
    const { snapshots } = desk.connection.model;
    let last = snapshots.get();
    return snapshots.subscribe(() => {
      const next = snapshots.get();
      const before = last;
      last = next;
      const gone = next.trash().filter((node) => before.node(node.id)?.place != null);
      if (gone.length === 0) return;
      const now = Date.now();
      toolsOf(desk).deletedAt.update((known) => new Map([...known, ...gone.map((node) => [node.id, now] as const)]));
    });
  }, [desk]);
}
