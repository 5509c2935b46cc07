/** Views of records and of figures in the gallery, each in the states that it has. */
import type { Json, JsonObject } from "../model/types";
import { column, expr, model, type Piece, piece, type Section } from "./specimens";

const EURO: Json = { style: "currency", currency: "EUR" };

const ORDER_COLUMNS: readonly JsonObject[] = [
  column("Order", "orderNo", { title: "Number" }),
  column("Order", "customer.name", { title: "Customer" }),
  column("Order", "status", { as: "Badge" }),
  column("Order", "dueOn", { title: "Due" }),
  column("Order", "totalAmount", { title: "Total", format: EURO }),
];

function orders(props: JsonObject, filter?: string): Piece {
  return piece("Table", { dataSource: { model: model("Order"), ...(filter !== undefined && { filter: expr(filter) }) }, columns: ORDER_COLUMNS, pageSize: 5, ...props });
}

const chart = (kind: string, title: string, props: JsonObject = {}, filter?: string): Piece =>
  piece("Chart", { kind, title, dataSource: { model: model("Order"), groupBy: "status", measure: "count", ...(filter !== undefined && { filter: expr(filter) }) }, ...props });

const revenue: JsonObject = { dataSource: { model: model("Order"), groupBy: "month", measure: "sum", field: "totalAmount" }, format: EURO };

export const RECORDS: readonly Section[] = [
  {
    title: "Table",
    specimens: [
      { state: "Many records, search, rows that can be selected", isWide: true, piece: orders({ searchable: true, selectable: true, onRowSelect: [{ action: "navigate", to: "/orders/1" }] }) },
      {
        state: "Editable", isWide: true,
        piece: piece("Table", { dataSource: { model: model("OrderLine") }, editable: true, columns: [column("OrderLine", "product"), column("OrderLine", "quantity"), column("OrderLine", "unitPrice", { format: EURO }), column("OrderLine", "lineTotal", { title: "Total", format: EURO })] }),
      },
      { state: "Long texts, formats, a computed column", isWide: true, piece: piece("Table", { dataSource: { model: model("Customer") }, pageSize: 8, columns: [column("Customer", "name"), column("Customer", "email", { as: "Link" }), column("Customer", "tier", { as: "Badge" }), column("Customer", "since"), column("Customer", "isActive", { title: "Active" }), { title: "Debt", value: expr("fail()") }] }) },
      { state: "Loading", piece: orders({ pageSize: 3 }, "wait()") },
      { state: "Empty", piece: orders({}, "none()") },
      { state: "Failed", piece: orders({}, "fail()") },
      { state: "Right to left", direction: "rtl", piece: piece("Table", { dataSource: { model: model("Customer"), limit: 6 }, pageSize: 4, columns: [column("Customer", "name", { title: "שם" }), column("Customer", "tier", { title: "דרגה", as: "Badge" })] }) },
    ],
  },
  {
    title: "List",
    specimens: [
      {
        state: "Repeats its content", piece: piece("List", { dataSource: { model: model("Customer"), limit: 7 }, pageSize: 4, gap: 2, onItemSelect: [{ action: "navigate", to: "/customers" }] }, [
          piece("Stack", { direction: "horizontal", justify: "between", align: "center" }, [piece("Text", { text: expr("item.name") }), piece("Badge", { text: expr("item.tier") })]),
        ]),
      },
      { state: "Loading", piece: piece("List", { dataSource: { model: model("Customer"), filter: expr("wait()") } }) },
      { state: "Empty, with content of its own", piece: piece("List", { dataSource: { model: model("Customer"), filter: expr("none()") } }, [], { empty: [piece("Text", { text: "No customer yet. Add the first one." })] }) },
      { state: "Failed", piece: piece("List", { dataSource: { model: model("Customer"), filter: expr("fail()") } }) },
    ],
  },
  {
    title: "DetailView",
    specimens: [
      { state: "Two columns", piece: piece("DetailView", { dataSource: { model: model("Order"), record: "o1" }, columns: 2, fields: [column("Order", "orderNo"), column("Order", "customer.name", { title: "Customer" }), column("Order", "status", { as: "Badge" }), column("Order", "totalAmount", { format: EURO }), column("Order", "placedAt"), column("Order", "notes")] }) },
      { state: "Loading", piece: piece("DetailView", { dataSource: { model: model("Order"), record: "state:pending" }, columns: 2, fields: [column("Order", "orderNo"), column("Order", "status")] }) },
      { state: "Not found", piece: piece("DetailView", { dataSource: { model: model("Order"), record: "state:missing" } }) },
    ],
  },
];

export const FIGURES: readonly Section[] = [
  {
    title: "Chart",
    specimens: [
      { state: "Bar", piece: chart("bar", "Orders by status") },
      { state: "Line", piece: piece("Chart", { kind: "line", title: "Revenue by month", ...revenue }) },
      { state: "Area", piece: piece("Chart", { kind: "area", title: "Revenue by month", ...revenue }) },
      { state: "Pie", piece: chart("pie", "Orders by status", { height: 200 }) },
      { state: "Scatter", piece: piece("Chart", { kind: "scatter", title: "Revenue by month", ...revenue }) },
      { state: "Stacked", piece: chart("bar", "Orders by status", { stacked: true }) },
      { state: "Loading", piece: chart("line", "Orders by status", { height: 140 }, "wait()") },
      { state: "Empty", piece: chart("bar", "Orders by status", { height: 140 }, "none()") },
      { state: "Failed", piece: chart("bar", "Orders by status", {}, "fail()") },
    ],
  },
  {
    title: "Metric",
    specimens: [
      { state: "Format and trend", piece: piece("Metric", { label: "Revenue this month", value: "1284310.55", format: EURO, trend: "10250.25" }) },
      { state: "Tone", piece: piece("Metric", { label: "Overdue", value: 17, tone: "danger", trend: -3 }) },
      { state: "Loading", piece: piece("Metric", { label: "Open orders", value: expr("wait()") }) },
      { state: "Empty", piece: piece("Metric", { label: "Open orders", value: null }) },
      { state: "Failed", piece: piece("Metric", { label: "Open orders", value: expr("fail()") }) },
    ],
  },
  {
    title: "Timeline",
    specimens: [
      { state: "Horizontal", piece: piece("Timeline", { steps: ["draft", "reserving", "confirmed", "shipped"], current: "confirmed" }) },
      { state: "Vertical", piece: piece("Timeline", { steps: ["draft", "reserving", "confirmed", "shipped"], current: "reserving", orientation: "vertical" }) },
      { state: "Off the way", piece: piece("Timeline", { steps: ["draft", "reserving", "confirmed", "shipped"], current: "cancelled" }) },
    ],
  },
  { title: "Frame", specimens: [{ state: "Refused address", piece: piece("Frame", { url: "http://example.com", title: "Carrier", height: 120 }) }, { state: "On the canvas", isDesigned: true, piece: piece("Frame", { url: "https://example.com/track", title: "Track the parcel", height: 120 }) }] },
  {
    title: "On the canvas",
    specimens: [
      { state: "Table", isDesigned: true, isWide: true, piece: piece("Table", { dataSource: { model: model("Order") }, columns: ORDER_COLUMNS }) },
      { state: "Bound values", isDesigned: true, piece: piece("Stack", { gap: 2 }, [piece("Text", { text: expr("record.notes") }), piece("Metric", { label: "Total", value: expr("record.totalAmount") }), piece("TextField", { label: "Number", bind: "record.orderNo" }), piece("Select", { label: "Status", bind: "record.status", options: expr("enums.Order.status") })]) },
      { state: "Chart", isDesigned: true, piece: chart("line", "Revenue") },
    ],
  },
];
