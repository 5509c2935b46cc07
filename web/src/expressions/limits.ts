/** Every bound of the expression engine, with its unit and its reason. The same on both sides. */

/** UTF-16 units. Computed fields and filters are lines, not programs. */
export const SOURCE_UNITS_MAX = 10_000;
/** Brackets within brackets, and signs in a row: what the recursive parser may be given. */
export const NESTING_MAX = 64;
/** Levels of the tree; a chain of `+` is as deep as it is long. */
export const TREE_DEPTH_MAX = 128;
/** Nodes of the tree, elements of literals included. */
export const TREE_NODES_MAX = 2_000;
export const ARGUMENTS_MAX = 16;
/** Things that an expression may read, told apart by their paths. */
export const PATHS_MAX = 1_000;

/**
 * Steps of one evaluation: one a node, three a function, again for every round of a macro, and more
 * for what works through texts, lists and digits. A step takes up to 0.1 µs in a browser and up to
 * 5 µs on the server, so that the worst of expressions ends within a second.
 */
export const STEPS_MAX = 200_000;
/** Steps of all evaluations of one batch together. */
export const BATCH_STEPS_MAX = 1_000_000;
/** What a call costs beside its arguments: its overloads are looked through. */
export const CALL_STEPS = 2;
/** What comparing one value of a list or a map costs. */
export const COMPARISON_STEPS = 3;
/** What an error costs that `||` or `exists` forgives. */
export const ERROR_STEPS = 20;
/** What one state of a regular expression costs for one character. */
export const PATTERN_STEPS = 4;
/** UTF-16 units of a text that an expression makes. */
export const TEXT_UNITS_MAX = 100_000;
/** Elements of a list that an expression makes. */
export const LIST_ITEMS_MAX = 100_000;
/** Values in a result, and UTF-16 units of all texts in it: it is written as JSON. */
export const RESULT_ITEMS_MAX = 100_000;
export const RESULT_UNITS_MAX = 2_000_000;
/** Values within values that are compared or handed out. */
export const VALUE_DEPTH_MAX = 64;

/** Digits of a decimal, and those of them behind its point: fields may have a scale of 1,000. */
export const DECIMAL_DIGITS_MAX = 2_000;
export const DECIMAL_PLACES_MAX = 1_000;
/** Significant digits of a quotient, as IEEE 754 decimal128 has. */
export const QUOTIENT_DIGITS = 34;

/** UTF-16 units of a regular expression, and states of the machine it becomes. */
export const PATTERN_UNITS_MAX = 500;
export const PATTERN_STATES_MAX = 2_000;

/** Expressions that are kept parsed. */
export const CACHE_ENTRIES_MAX = 500;
