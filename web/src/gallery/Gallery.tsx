/** The gallery: sections of specimens in light or dark, with a runtime in memory. */
import { useMemo, useState } from "react";

import { NodeView } from "../library/NodeView";
import type { Scope } from "../library/runtime";
import { EMPTY_SCOPE, ScopeContext } from "../library/scope";
import { type Stage, StageContext } from "../library/stage";
import { FakeRuntime } from "../library/testing/FakeRuntime";
import { Store, useSelect } from "../shared/store";
import { FIGURES, RECORDS } from "./dataSections";
import { ACTIONS, FIELDS, LAYOUT, TEXTS } from "./sections";
import { type Section, snapshotOf, type Specimen, specimenId } from "./specimens";

const SECTIONS: readonly Section[] = [...LAYOUT, ...TEXTS, ...ACTIONS, ...FIELDS, ...RECORDS, ...FIGURES];

const VARIABLES = {
  name: "Ærø Skibsværft", notes: "Bitte am Hintereingang klingeln – zweimal.", price: "1234567.50", due: "2026-11-22", time: "09:30:00", moment: "2026-11-22T09:00:00.000Z",
  choice: "Confirmed", customer: "c4", several: ["c1", "c2", "c6"], yes: true, hebrew: "מאפיית שלום", file: { name: "Lieferschein ä.pdf", type: "application/pdf", size: 48_213, digest: "00" },
};

interface Stages {
  readonly play: Stage;
  readonly design: Stage;
  readonly runtime: FakeRuntime;
}

function stages(): Stages {
  const runtime = new FakeRuntime(600);
  runtime.vars.set(VARIABLES);
  const snapshots = new Store(snapshotOf(SECTIONS));
  const opened = new Store<ReadonlySet<string>>(new Set());
  const setOpen = (dialog: string, isOpen: boolean): void => {
    opened.update((ids) => new Set(isOpen ? [...ids, dialog] : [...ids].filter((id) => id !== dialog)));
  };
  runtime.onDialog = setOpen;
  const base = {
    // One language for all, so that the pictures of the gallery are the same everywhere.
    snapshots, opened, setOpen, locale: "en-GB", revealed: new Store<ReadonlySet<string>>(new Set()),
    navigate: () => undefined, closeAll: () => opened.set(new Set()),
  };
  return { runtime, play: { ...base, mode: "play", runtime }, design: { ...base, mode: "design", runtime: null } };
}

const DARK = "(prefers-color-scheme: dark)";
const systemTheme = {
  get: (): "light" | "dark" => (window.matchMedia(DARK).matches ? "dark" : "light"),
  subscribe: (listener: () => void): (() => void) => {
    const query = window.matchMedia(DARK);
    query.addEventListener("change", listener);
    return () => query.removeEventListener("change", listener);
  },
};

export function Gallery() {
  const all = useMemo(stages, []);
  const system = useSelect(systemTheme, (theme) => theme);
  const [chosen, choose] = useState<"light" | "dark" | null>(null);
  const theme = chosen ?? system;
  return (
    <div className="app gallery" data-theme={theme}>
      <header className="gallery-bar">
        <h1>Components</h1>
        <p>All {SECTIONS.length - 1} components of the library in their states. Nothing here is stored.</p>
        <button type="button" className="app-button" aria-pressed={theme === "dark"} onClick={() => choose(theme === "dark" ? "light" : "dark")}>
          Dark
        </button>
      </header>
      <nav className="gallery-index" aria-label="Components">
        {SECTIONS.map((section, at) => (
          <a key={section.title} href={`#section-${at}`}>{section.title}</a>
        ))}
      </nav>
      <main className="gallery-main">
        {SECTIONS.map((section, at) => (
          <section key={section.title} id={`section-${at}`} className="gallery-section" aria-label={section.title}>
            <h2>{section.title}</h2>
            <div className="gallery-specimens">
              {section.specimens.map((specimen, index) => (
                <Shown key={specimen.state} specimen={specimen} id={specimenId(at, index)} stages={all} theme={theme} name={`${section.title}, ${specimen.state}`} />
              ))}
            </div>
          </section>
        ))}
      </main>
    </div>
  );
}

interface ShownProps {
  readonly specimen: Specimen;
  readonly id: string;
  readonly stages: Stages;
  readonly theme: string;
  readonly name: string;
}

function Shown({ specimen, id, stages: { play, design, runtime }, theme, name }: ShownProps) {
  const scope = useMemo((): Scope => (specimen.record === undefined ? EMPTY_SCOPE : { ...EMPTY_SCOPE, record: runtime.controller(...specimen.record) }), [specimen, runtime]);
  return (
    <div className="gallery-specimen" data-wide={specimen.isWide || undefined} role="group" aria-label={name}>
      <p className="gallery-state">{specimen.state}</p>
      <div className="app gallery-stage" data-theme={theme} dir={specimen.direction} lang={specimen.direction === "rtl" ? "he" : undefined}>
        <StageContext value={specimen.isDesigned === true ? design : play}>
          <ScopeContext value={scope}>
            <NodeView id={id} />
          </ScopeContext>
        </StageContext>
      </div>
    </div>
  );
}
