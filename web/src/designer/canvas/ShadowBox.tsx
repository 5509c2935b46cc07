/** Renders its children into a shadow root that holds the component library's styles alone. */
import { type ReactNode, useLayoutEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";

import libraryStyles from "../../library/library.css?inline";

export function ShadowBox({ theme, children }: { readonly theme: "light" | "dark"; readonly children: ReactNode }) {
  const host = useRef<HTMLDivElement>(null);
  const [root, setRoot] = useState<ShadowRoot | null>(null);
  useLayoutEffect(() => {
    const element = host.current;
    if (element === null) return;
    const shadow = element.shadowRoot ?? element.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(libraryStyles);
    shadow.adoptedStyleSheets = [sheet];
    setRoot(shadow);
  }, []);
  return (
    <div ref={host} className="dr-shadow">
      {root !== null && createPortal(<div className="app" data-theme={theme}>{children}</div>, root)}
    </div>
  );
}
