/** What a table is edited with, in one part of the program. */
export { CellEditor } from "./CellEditor";
export { NewRow } from "./NewRow";
