/** The palette: everything that can be put onto a page. */
export function PalettePanel() {
  return <section className="dr-panel dr-left" aria-label="Palette" />;
}
