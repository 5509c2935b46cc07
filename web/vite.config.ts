/** Build of the pages: the designer, the preview player and the gallery of components. */
import { fileURLToPath } from "node:url";

import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const page = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/**
 * What a preview loads together is in one file, which is smaller and sooner there than the dozens
 * that the differences between the pages would make of it: what it needs at once and others need
 * too, the player itself, forms and tables, the expression engine.
 */
function filesOf(modules: Modules): ReadonlyMap<string, string> {
  const entry = page("src/preview/main.tsx");
  const files = new Map<string, string>();
  const collect = (from: string, fileOf: (id: string) => string): void => {
    for (const id of importedBy(from, modules)) if (!files.has(id)) files.set(id, fileOf(id));
  };
  collect(entry, (id) => (id.includes("/src/preview/") ? "player" : "shared"));
  const records = page("src/library/groups/records.ts");
  // What a chart has in common with tables must not make it wait for tables.
  const others = ["src/library/chart/ChartView.tsx", "src/library/groups/disclosures.ts"].map((name) => importedBy(page(name), modules));
  collect(records, (id) => (others.some((found) => found.has(id)) ? "shared" : "records"));
  collect(page("src/preview/core/engine.ts"), () => "engine");
  files.delete(entry);
  return files;
}

/** As `filesOf`, asked module by module. */
function fileOf(): (id: string, modules: Modules) => string | null {
  let files: ReadonlyMap<string, string> | null = null;
  return (id, modules) => (files ??= filesOf(modules)).get(id) ?? null;
}

interface Modules {
  getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null;
}

function importedBy(entry: string, modules: Modules): ReadonlySet<string> {
  const found = new Set([entry]);
  for (const id of found) {
    for (const imported of modules.getModuleInfo(id)?.importedIds ?? []) found.add(imported);
  }
  return found;
}

/** Where `vite dev` finds the server that answers the API, the sockets and the preview feed. */
const server = process.env.DESIGN_ROOMS_SERVER ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: true,
    // The preview page has an opaque origin; a preload link without CORS would be fetched twice.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: page("index.html"), preview: page("preview.html"), gallery: page("gallery.html") },
      output: { codeSplitting: { groups: [{ name: fileOf() }], includeDependenciesRecursively: false } },
    },
  },
  server: {
    proxy: {
      "/api": server,
      "/preview": server,
      "/hocuspocus": { target: server, ws: true },
    },
  },
});
