/** Sections around records. They come without data, which is chosen in the inspector. */
import { entries, fragment, type Piece, piece } from "./piece";
import type { Section } from "./section";
import { lines, type Mark, rows } from "./sketch";

const text = (words: string): Piece => piece("Text", { text: words, tone: "muted" });

/** The end of a form: the button that sends it, and the one that puts back what was there. */
const formButtons = (save: string): Piece =>
  piece("Stack", { direction: "horizontal", gap: 1 }, [piece("Button", { label: save, variant: "primary", type: "submit" }), piece("Button", { label: "Cancel", variant: "subtle", type: "reset" })]);

const field = (x: number, y: number, width: number): readonly Mark[] => [["line", x, y, width * 0.4, 2], ["field", x, y + 4, width, 6]];

export const RECORD_SECTIONS: readonly Section[] = [
  {
    id: "search-table",
    title: "Search table",
    description: "A card with a table that people search; choose its data.",
    sketch: [["card", 1, 2, 70, 40], ["field", 5, 6, 40, 7], ...rows(5, 18, 62, 4, 3)],
    fragment: fragment(piece("Card", { title: "Records" }, [
      piece("Table", { searchable: true, pageSize: 25 }, [], { slots: { empty: [text("Nothing here yet.")] } }),
    ])),
  },
  {
    id: "master-table",
    title: "Editable table",
    description: "Rows to choose and edit, buttons above, a word where it is empty.",
    sketch: [["chosen", 2, 3, 16, 7], ["button", 20, 3, 16, 7], ["field", 44, 3, 26, 7], ["card", 1, 13, 70, 29], ["title", 5, 17, 12, 2], ["title", 26, 17, 12, 2], ["title", 47, 17, 12, 2], ...rows(5, 24, 62, 3, 3)],
    fragment: fragment(piece("Table", { searchable: true, selectable: true, editable: true, pageSize: 50 }, [], {
      slots: {
        toolbar: [piece("Button", { label: "New", variant: "primary" }), piece("Button", { label: "Export" })],
        empty: [piece("Stack", { align: "center", gap: 1 }, [piece("Heading", { text: "No records yet", level: 3 }), text("Add the first one, or import a list.")])],
      },
    })),
  },
  {
    id: "form-card",
    title: "Form",
    description: "Fields in two columns, with Save and Cancel; bind each field.",
    sketch: [["card", 1, 1, 70, 42], ...field(5, 5, 29), ...field(38, 5, 29), ...field(5, 18, 62), ["chosen", 5, 33, 15, 6], ["button", 23, 33, 15, 6]],
    fragment: fragment(piece("Card", { title: "Details" }, [
      piece("Form", {}, [
        piece("Grid", { columns: 2, gap: 2 }, [
          piece("TextField", { label: "Name", required: true }),
          piece("DateField", { label: "Date" }),
          piece("NumberField", { label: "Amount" }),
          piece("TextField", { label: "E-mail", type: "email" }),
        ]),
        piece("TextArea", { label: "Notes", rows: 3 }),
        formButtons("Save"),
      ]),
    ])),
  },
  {
    id: "record-detail",
    title: "Record",
    description: "The fields of one record, how far it has come, and what to do.",
    sketch: [["title", 2, 3, 24, 4], ["button", 38, 2, 14, 6], ["chosen", 55, 2, 15, 6], ["card", 1, 12, 44, 30], ...lines(5, 17, 34, 4), ["card", 48, 12, 23, 30], ...[17, 25, 33].flatMap((y) => [["dot", 52, y, 4, 4], ["line", 59, y + 1, 8, 2]] as const)],
    fragment: fragment(piece("Stack", { gap: 2 }, [
      piece("Stack", { direction: "horizontal", justify: "between", align: "center", wrap: true }, [
        piece("Heading", { text: "Record", level: 2 }),
        piece("Stack", { direction: "horizontal", gap: 1 }, [piece("Button", { label: "Edit" }), piece("Button", { label: "Next step", variant: "primary" })]),
      ]),
      piece("Grid", { columns: [2, 1], gap: 2 }, [
        piece("Card", { title: "Details" }, [piece("DetailView", { columns: 2 })]),
        piece("Card", { title: "Progress" }, [piece("Timeline", { orientation: "vertical", steps: entries(["Received", "In progress", "Done"]), current: "In progress" })]),
      ]),
    ])),
  },
  {
    id: "sign-off",
    title: "Sign-off",
    description: "Somebody confirms, with name and date, and approves or declines.",
    sketch: [["card", 1, 1, 70, 42], ["title", 5, 5, 22, 3], ["line", 5, 11, 50, 2], ["field", 5, 17, 4, 4], ["line", 12, 18, 36, 2], ["field", 5, 24, 29, 6], ["field", 38, 24, 29, 6], ["chosen", 5, 34, 16, 6], ["button", 24, 34, 16, 6]],
    fragment: fragment(piece("Card", { title: "Sign-off" }, [
      piece("Form", {}, [
        text("Whoever signs answers for what is above."),
        piece("Checkbox", { label: "I have checked all of it", required: true }),
        piece("Grid", { columns: 2, gap: 2 }, [piece("TextField", { label: "Name", required: true }), piece("DateField", { label: "Date", required: true })]),
        piece("TextArea", { label: "Remarks", rows: 2 }),
        piece("Stack", { direction: "horizontal", gap: 1 }, [piece("Button", { label: "Approve", variant: "primary", type: "submit" }), piece("Button", { label: "Decline", variant: "danger" })]),
      ]),
    ])),
  },
];
