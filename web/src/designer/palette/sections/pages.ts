/** Sections that give a page its shape: its head, numbers, tabs, a dialog, what to say where nothing is. */
import { entries, fragment, type Piece, piece } from "./piece";
import type { Section } from "./section";
import { bars, lines } from "./sketch";

const text = (words: string, tone = "normal"): Piece => piece("Text", tone === "normal" ? { text: words } : { text: words, tone });
const closing = (dialog: string) => entries([{ action: "closeDialog", dialog: { ref: dialog } }]);

/** Numbers side by side, which wrap where there is too little room. */
export function metrics(labels: readonly string[]): Piece {
  return piece("Grid", { columns: labels.length, gap: 2 }, labels.map((label) => piece("Card", {}, [piece("Metric", { label, value: 0 })])));
}

export const PAGE_SECTIONS: readonly Section[] = [
  {
    id: "page-header",
    title: "Page header",
    description: "A title with a word of explanation, and the page's main button.",
    sketch: [["title", 2, 12, 34, 5], ["line", 2, 22, 40, 2], ["chosen", 52, 13, 18, 9], ["line", 2, 32, 68, 1]],
    fragment: fragment(piece("Stack", {}, [
      piece("Stack", { direction: "horizontal", justify: "between", align: "center", wrap: true, gap: 2 }, [
        piece("Stack", { gap: 0 }, [piece("Heading", { text: "Page title", level: 1 }), text("What people do here, in one sentence.", "muted")]),
        piece("Button", { label: "New", variant: "primary" }),
      ]),
      piece("Divider"),
    ])),
  },
  {
    id: "metric-row",
    title: "Row of metrics",
    description: "Three numbers side by side; give each its expression.",
    sketch: [0, 24, 48].flatMap((x) => [["card", x + 1, 10, 22, 24], ["line", x + 4, 15, 12, 2], ["title", x + 4, 22, 10, 6]] as const),
    fragment: fragment(metrics(["Open", "Due this week", "Done"])),
  },
  {
    id: "dashboard",
    title: "Dashboard",
    description: "Numbers above two charts; choose the data of each chart.",
    sketch: [
      ...[0, 24, 48].map((x) => ["card", x + 1, 2, 22, 11] as const),
      ...[0, 24, 48].map((x) => ["title", x + 4, 6, 9, 4] as const),
      ["card", 1, 16, 34, 26], ["card", 37, 16, 34, 26],
      ...bars(5, 38, [7, 13, 9, 17, 12]), ...bars(41, 38, [16, 11, 14, 6, 9]),
    ],
    fragment: fragment(piece("Stack", { gap: 2 }, [
      metrics(["Open", "Due this week", "Done"]),
      piece("Grid", { columns: 2, gap: 2 }, [
        piece("Card", {}, [piece("Chart", { kind: "bar", title: "By state" })]),
        piece("Card", {}, [piece("Chart", { kind: "line", title: "By month" })]),
      ]),
    ])),
  },
  {
    id: "tabs",
    title: "Tabs",
    description: "Two panels in one place, each behind its tab.",
    sketch: [["title", 4, 5, 15, 3], ["line", 24, 6, 15, 2], ["chosen", 2, 11, 19, 1.5], ["card", 1, 12, 70, 30], ...lines(6, 19, 52, 3)],
    fragment: fragment(piece("Tabs", { labels: entries(["Overview", "Details"]) }, [
      piece("Stack", { gap: 1 }, [text("What matters most goes here.")]),
      piece("Stack", { gap: 1 }, [text("And here what is looked up now and then.")]),
    ])),
  },
  {
    id: "confirmation",
    title: "Confirmation",
    description: "A button that asks first: its dialog says what will happen.",
    sketch: [["button", 2, 3, 20, 8], ["card", 12, 8, 56, 34], ["title", 17, 13, 26, 4], ...lines(17, 21, 44, 2), ["button", 31, 32, 15, 6], ["chosen", 49, 32, 15, 6]],
    fragment: fragment(piece("Stack", { align: "start" }, [
      piece("Button", { label: "Cancel the order…", onClick: entries([{ action: "openDialog", dialog: { ref: "dialog" } }]) }),
      piece("Dialog", { name: "confirmation", title: "Cancel this order?", size: "small" }, [text("This cannot be undone. Say here what else will happen.")], {
        name: "dialog",
        slots: { footer: [piece("Button", { label: "Keep it", onClick: closing("dialog") }), piece("Button", { label: "Cancel the order", variant: "danger", onClick: closing("dialog") })] },
      }),
    ])),
  },
  {
    id: "empty-state",
    title: "Empty state",
    description: "What to say, and what to do next, where nothing is yet.",
    sketch: [["card", 1, 2, 70, 40], ["dot", 31, 7, 10, 10], ["title", 23, 20, 26, 3], ["line", 18, 26, 36, 2], ["chosen", 27, 32, 18, 7]],
    fragment: fragment(piece("Card", {}, [
      piece("Stack", { align: "center", gap: 1 }, [
        piece("Icon", { name: "folder", size: 32 }),
        piece("Heading", { text: "Nothing here yet", level: 3 }),
        text("Say what will appear here, and how to begin.", "muted"),
        piece("Button", { label: "Add the first one", variant: "primary" }),
      ]),
    ])),
  },
];
