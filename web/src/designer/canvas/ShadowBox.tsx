/** Renders its children into a shadow root that holds the component library's styles alone. */
import { type ReactNode, type Ref, useLayoutEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";

import libraryStyles from "../../library/library.css?inline";
import shadowStyles from "./shadow.css?inline";

interface ShadowBoxProps {
  readonly theme: "light" | "dark";
  readonly host?: Ref<HTMLDivElement> | undefined;
  readonly children: ReactNode;
}

export function ShadowBox({ theme, host, children }: ShadowBoxProps) {
  const box = useRef<HTMLDivElement>(null);
  const [root, setRoot] = useState<ShadowRoot | null>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const shadow = element.shadowRoot ?? element.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [sheet(libraryStyles), sheet(shadowStyles)];
    setRoot(shadow);
  }, []);
  return (
    <div ref={host} className="dr-artboard-host">
      <div ref={box} className="dr-shadow">
        {root !== null && createPortal(<div className="app" data-theme={theme}>{children}</div>, root)}
      </div>
    </div>
  );
}

function sheet(styles: string): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(styles);
  return made;
}
