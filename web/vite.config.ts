/** Build of the pages: the designer, the preview player and the gallery of components. */
import { fileURLToPath } from "node:url";

import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const page = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

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
    rolldownOptions: { input: { index: page("index.html"), preview: page("preview.html"), gallery: page("gallery.html") } },
  },
  server: {
    proxy: {
      "/api": server,
      "/preview": server,
      "/hocuspocus": { target: server, ws: true },
    },
  },
});
