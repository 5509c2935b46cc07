/**
 * Builds `expressions.wasm`: the expression engine that browsers run, bundled and compiled to a
 * WebAssembly component for the server. Needs no network. `--outDir` says where to; the default is
 * `dist`, after `vite build` has emptied and filled it.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { componentize } from "componentize-qjs";
import { build } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));
const { values } = parseArgs({ options: { outDir: { type: "string", default: "dist" } } });
const outDir = resolve(here, "..", values.outDir);

const [bundle] = await build({
  configFile: false,
  logLevel: "warn",
  root: join(here, ".."),
  publicDir: false,
  build: {
    target: "es2022",
    write: false,
    minify: true,
    lib: { entry: join(here, "main.ts"), formats: ["es"] },
  },
});
const [chunk] = bundle.output;

/** An error that is told to people needs no list of calls. */
const head = "Error.stackTraceLimit = 0;";

const { component } = await componentize({
  witPath: join(here, "expressions.wit"),
  jsSource: `${head}\n${chunk.code}`,
  // Without WASI the component has no imports; what would call one traps.
  stubWasi: true,
  sync: true,
});
await mkdir(outDir, { recursive: true });
await writeFile(join(outDir, "expressions.wasm"), component);
const kilobytes = Math.round(component.length / 1024);
console.log(`${join(outDir, "expressions.wasm")}  ${kilobytes} kB (bundle ${Math.round(chunk.code.length / 1024)} kB)`);
