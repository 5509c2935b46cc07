/** Layout, texts, actions and fields of the gallery, each in the states that it has. */
import type { JsonObject } from "../model/types";
import { expr, model, type Piece, piece, type Section, type Specimen } from "./specimens";

const LONG = "An extraordinarily long text without much meaning, which is here to show where it breaks and that nothing beside it is pushed out of its place: Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft.";
const HEBREW = "שלום עולם, זהו טקסט לדוגמה";

const PICTURE = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAYAAABytg0kAAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FAAhKDveksOjmAAAAAElFTkSuQmCC";

const text = (words: string): Piece => piece("Text", { text: words });
const button = (label: string, props: JsonObject = {}): Piece => piece("Button", { label, ...props });
const press: JsonObject = { onClick: [{ action: "showMessage", message: "Done" }] };

export const LAYOUT: readonly Section[] = [
  {
    title: "Stack",
    specimens: [
      { state: "Vertical", piece: piece("Stack", { gap: 1 }, [text("First"), text("Second"), text("Third")]) },
      { state: "Horizontal, between", piece: piece("Stack", { direction: "horizontal", justify: "between" }, [piece("Heading", { text: "Orders", level: 3 }), button("New order", { variant: "primary" })]) },
      { state: "Wrapping", piece: piece("Stack", { direction: "horizontal", wrap: true }, ["Ærø", "Łódź", "Gölbaşı", "København", "Saint-Étienne", "Αθήνα"].map((name) => piece("Badge", { text: name }))) },
    ],
  },
  {
    title: "Grid",
    specimens: [{ state: "Columns 2 : 1 : 1", isWide: true, piece: piece("Grid", { columns: [2, 1, 1], gap: 2 }, ["Two shares", "One", "One"].map((title) => piece("Card", { title }, [text("Content")]))) }],
  },
  {
    title: "Card",
    specimens: [
      { state: "With header and footer", piece: piece("Card", { title: "Shipping" }, [text("Leaves today at 16:00.")], { header: [piece("Badge", { text: "Express", tone: "info" })], footer: [button("Change"), button("Confirm", { variant: "primary" })] }) },
      { state: "Long title", piece: piece("Card", { title: LONG.slice(0, 110) }, [text("Content")]) },
      { state: "Right to left", direction: "rtl", piece: piece("Card", { title: HEBREW }, [text(HEBREW)], { footer: [button("אישור", { variant: "primary" })] }) },
    ],
  },
  {
    title: "Tabs",
    specimens: [
      { state: "Normal", piece: piece("Tabs", { labels: ["Details", "Lines", "History"] }, [text("What was ordered."), text("Three lines."), text("Nothing happened yet.")]) },
      { state: "Many", piece: piece("Tabs", {}, ["January", "February", "März", "Április", "Mai", "Haziran", "Juli", "August", "Září"].map((title) => piece("Card", { title }, [text(title)]))) },
    ],
  },
  {
    title: "Dialog",
    specimens: [
      { state: "Opened by a button", piece: piece("Stack", {}, [button("Open the dialog", { onClick: [{ action: "openDialog", dialog: { ref: "s4-0-children1" } }] }), piece("Dialog", { name: "cancel", title: "Cancel this order?", size: "small" }, [text("The customer is told by e-mail.")], { footer: [button("Keep it", { onClick: [{ action: "closeDialog", dialog: { ref: "s4-0-children1" } }] }), button("Cancel the order", { variant: "danger", onClick: [{ action: "closeDialog", dialog: { ref: "s4-0-children1" } }] })] })]) },
      { state: "On the canvas", isDesigned: true, piece: piece("Dialog", { name: "cancel", title: "Cancel this order?", size: "small" }, [text("The customer is told by e-mail.")], { footer: [button("Keep it"), button("Cancel the order", { variant: "danger" })] }) },
    ],
  },
  {
    title: "Divider",
    specimens: [
      { state: "Horizontal, with a label", piece: piece("Stack", {}, [text("Above"), piece("Divider"), text("Between"), piece("Divider", { label: "or" }), text("Below")]) },
      { state: "Vertical", piece: piece("Stack", { direction: "horizontal" }, [text("Left"), piece("Divider", { orientation: "vertical" }), text("Right")]) },
    ],
  },
];

export const TEXTS: readonly Section[] = [
  { title: "Heading", specimens: [{ state: "Levels", piece: piece("Stack", {}, [1, 2, 3].map((level) => piece("Heading", { text: `Heading of level ${level}`, level }))) }] },
  {
    title: "Text",
    specimens: [
      { state: "Tones and sizes", piece: piece("Stack", {}, [...["normal", "muted", "success", "warning", "danger"].map((tone) => piece("Text", { text: `A text that is ${tone}.`, tone })), piece("Text", { text: "Small", size: "small" }), piece("Text", { text: "Large", size: "large" })]) },
      { state: "Formats", piece: piece("Stack", {}, ([["1234567.5", { style: "currency", currency: "EUR" }], ["0.1925", { style: "percent" }], ["1500000", { style: "bytes" }], ["2026-11-22", { style: "date" }], ["2026-11-22T09:00:00.000Z", { style: "dateTime" }], ["2026-11-22", { pattern: "EEE dd.MM.yyyy" }]] as const).map(([value, format]) => piece("Text", { text: value, format }))) },
      { state: "Loading and failed", piece: piece("Stack", {}, [piece("Text", { text: expr("wait()") }), piece("Text", { text: expr("fail()") })]) },
      { state: "Long", piece: text(LONG) },
      { state: "Right to left", direction: "rtl", piece: text(HEBREW) },
    ],
  },
  {
    title: "Markdown",
    specimens: [
      { state: "Normal", piece: piece("Markdown", { text: "Orders above **500 €** are *checked by hand*:\n\n1. the customer is asked,\n2. the stock is `reserved`.\n\n> Nothing ships before.\n\n| Tier | Discount |\n|---|---|\n| gold | 10 % |\n| silver | 5 % |" }) },
      { state: "HTML stays text", piece: piece("Markdown", { text: "<img src=x onerror=alert(1)> and [a link](javascript:alert(1)) stay what they are." }) },
    ],
  },
  {
    title: "Image",
    specimens: [
      { state: "Normal", piece: piece("Image", { source: PICTURE, alt: "Two colours", height: 96, width: 160 }) },
      { state: "Empty", piece: piece("Image", { source: "", alt: "Product picture" }) },
      { state: "Failed", piece: piece("Image", { source: expr("fail()"), alt: "Product picture" }) },
    ],
  },
  { title: "Icon", specimens: [{ state: "Sizes and labels", piece: piece("Stack", { direction: "horizontal", align: "center" }, [piece("Icon", { name: "truck" }), piece("Icon", { name: "package", size: 24, label: "Parcel" }), piece("Icon", { name: "heart", size: 32 }), piece("Icon", { name: "no-such-icon", size: 24 })]) }] },
  {
    title: "Badge",
    specimens: [
      { state: "Tones", piece: piece("Stack", { direction: "horizontal", wrap: true }, ["neutral", "info", "success", "warning", "danger"].map((tone) => piece("Badge", { text: tone, tone }))) },
      { state: "Loading and failed", piece: piece("Stack", { direction: "horizontal" }, [piece("Badge", { text: expr("wait()") }), piece("Badge", { text: expr("fail()") })]) },
    ],
  },
];

export const ACTIONS: readonly Section[] = [
  {
    title: "Button",
    specimens: [
      { state: "Variants", piece: piece("Stack", { direction: "horizontal", wrap: true }, ["primary", "secondary", "subtle", "danger"].map((variant) => button(variant, { variant, ...press }))) },
      { state: "Icon, disabled, busy", piece: piece("Stack", { direction: "horizontal", wrap: true }, [button("Reserve", { icon: "package", variant: "primary", ...press }), button("Shipped", { disabled: true }), button("Saving", { name: "busy", ...press }), button("Unknown", { disabled: expr("fail()") })]) },
      { state: "Long label", piece: button(LONG.slice(0, 60)) },
    ],
  },
  {
    title: "Link",
    specimens: [{ state: "Page, site, refused address", piece: piece("Stack", {}, [piece("Link", { text: "All orders", to: "/orders" }), piece("Link", { text: "Carrier", to: "https://example.com/größe", newTab: true }), piece("Link", { text: "Goes nowhere", to: "javascript:alert(1)" })]) }],
  },
  {
    title: "Menu",
    specimens: [{ state: "Closed; press to open", piece: piece("Menu", { label: "More", icon: "settings", items: [{ label: "Duplicate", icon: "copy", actions: [{ action: "showMessage", message: "Copied" }] }, { label: "Export as CSV…", icon: "download" }, { label: "Delete", icon: "trash", disabled: true }] }) }],
  },
];

const bound = (bind: string, label: string, rest: JsonObject = {}): JsonObject => ({ bind, label, ...rest });

/** A field as it is, and in the states that every field shares. */
function field(type: string, own: JsonObject, filled: string, more: readonly Specimen[] = []): Section {
  const states = [
    { state: "Normal", props: bound(`vars.${filled}`, own.label as string, own) },
    { state: "Empty, required, with help", props: bound("vars.nothing", own.label as string, { ...own, required: true, help: "Everybody who works with it reads this." }) },
    { state: "Disabled", props: bound(`vars.${filled}`, own.label as string, { ...own, disabled: true }) },
    { state: "Read-only", props: bound(`vars.${filled}`, own.label as string, { ...own, readOnly: true }) },
  ];
  return { title: type, specimens: [...states.map(({ state, props }) => ({ state, piece: piece(type, props) })), ...more] };
}

const inForm = (children: readonly Piece[], id: string): Piece => piece("Form", { dataSource: { model: model("Order"), record: id } }, children);

export const FIELDS: readonly Section[] = [
  {
    title: "Form",
    specimens: [
      { state: "Normal", piece: inForm([piece("TextField", bound("record.orderNo", "Number")), piece("Select", bound("record.customer", "Customer", { options: { model: model("Customer"), label: "name" } })), piece("TextArea", bound("record.notes", "Notes", { rows: 2 }))], "o1") },
      { state: "Refused by the server", piece: inForm([piece("TextField", bound("record.orderNo", "Number")), piece("Select", bound("record.customer", "Customer", { options: { model: model("Customer"), label: "name" } })), piece("Select", bound("record.status", "Status"))], "state:refused") },
      { state: "Being saved", piece: inForm([piece("TextField", bound("record.orderNo", "Number")), piece("DateField", bound("record.dueOn", "Due"))], "state:saving") },
      { state: "New", piece: inForm([piece("TextField", bound("record.orderNo", "Number")), piece("Select", bound("record.status", "Status"))], "new") },
      { state: "Not found", piece: inForm([], "state:missing") },
      { state: "Failed", piece: inForm([], "state:failed") },
    ],
  },
  field("TextField", { label: "Name", placeholder: "As on the invoice" }, "name", [{ state: "Right to left", direction: "rtl", piece: piece("TextField", bound("vars.hebrew", "שם", { help: HEBREW })) }]),
  field("TextArea", { label: "Notes", rows: 3 }, "notes"),
  field("NumberField", { label: "Price", format: { style: "currency", currency: "EUR" }, min: "0" }, "price"),
  field("DateField", { label: "Due" }, "due", [{ state: "Time; date and time", piece: piece("Stack", { gap: 2 }, [piece("DateField", bound("vars.time", "Opens at", { mode: "time" })), piece("DateField", bound("vars.moment", "Placed at", { mode: "dateTime" }))]) }]),
  field("Select", { label: "Status", options: ["Draft", "Confirmed", "Shipped"], clearable: true }, "choice", [
    { state: "Of a model, by typing", piece: piece("Select", bound("vars.customer", "Customer", { options: { model: model("Customer") }, clearable: true })) },
    { state: "Several", piece: piece("Select", bound("vars.several", "Customers", { options: { model: model("Customer") }, multiple: true })) },
    { state: "Options failed", piece: piece("Select", bound("vars.nothing", "Status", { options: expr("fail()") })) },
  ]),
  field("Checkbox", { label: "Send me a copy" }, "yes"),
  field("Switch", { label: "Notify the customer" }, "yes"),
  field("FileField", { label: "Delivery note", accept: ["application/pdf", "image/png"] }, "file"),
];
