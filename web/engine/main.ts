/** What the WebAssembly component exports; `expressions.wit` is its interface. */
export { call } from "../src/expressions/guest";
