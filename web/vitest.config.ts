/** Unit tests run on pure logic in Node; what needs a page is tested in a real browser elsewhere. */
import { defineConfig } from "vitest/config";

export default defineConfig({ test: { include: ["src/**/*.test.ts"], environment: "node" } });
