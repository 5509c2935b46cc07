/** An application's models and records for tests and the gallery: orders in many alphabets. */
import type { JsonObject } from "../../model/types";
import type { DataRecord, FieldInfo, ModelInfo } from "../runtime";

export function field(name: string, type: string, rest: Partial<FieldInfo> = {}): FieldInfo {
  const title = name.replace(/([A-Z])/gu, " $1").toLowerCase();
  return { id: `f-${name}`, name, title: title.charAt(0).toUpperCase() + title.slice(1), type, isRequired: false, isReadOnly: false, values: [], target: "", scale: 0, ...rest };
}

function model(name: string, fields: readonly FieldInfo[]): ModelInfo {
  return { id: `m-${name}`, name, fields: fields.map((each) => ({ ...each, id: `f-${name}-${each.name}` })), mayCreate: true, mayUpdate: true, mayDelete: true };
}

export const STATUSES = ["draft", "reserving", "confirmed", "shipped", "backordered", "cancelled"] as const;

export const MODELS: readonly ModelInfo[] = [
  model("Customer", [
    field("name", "Text", { isRequired: true }),
    field("email", "Email", { isRequired: true }),
    field("tier", "Enum", { values: ["standard", "silver", "gold"] }),
    field("since", "Date"),
    field("website", "Url"),
    field("isActive", "Boolean"),
  ]),
  model("Product", [field("sku", "Text", { isRequired: true, title: "SKU" }), field("name", "Text"), field("unitPrice", "Decimal", { scale: 2 })]),
  model("Order", [
    field("orderNo", "Text", { isRequired: true, title: "Order number" }),
    field("customer", "Reference", { target: "m-Customer", isRequired: true }),
    field("status", "Enum", { values: STATUSES, isRequired: true }),
    field("totalAmount", "Decimal", { scale: 2, isReadOnly: true }),
    field("dueOn", "Date"),
    field("placedAt", "DateTime"),
    field("notes", "Text"),
  ]),
  model("OrderLine", [
    field("order", "Reference", { target: "m-Order", isRequired: true }),
    field("product", "Reference", { target: "m-Product", isRequired: true }),
    field("quantity", "Integer", { isRequired: true }),
    field("unitPrice", "Decimal", { scale: 2 }),
    field("lineTotal", "Decimal", { scale: 2, isReadOnly: true }),
  ]),
];

const CUSTOMERS: readonly (readonly [name: string, email: string, tier: string])[] = [
  ["Müller & Söhne GmbH", "einkauf@mueller-soehne.example", "gold"],
  ["Café Élan", "bonjour@cafe-elan.example", "silver"],
  ["Καφενείο Αθηνά", "info@athina.example", "standard"],
  ["Ærø Skibsværft", "kontor@aeroe.example", "gold"],
  ["Łódź Textil", "biuro@lodz-textil.example", "standard"],
  ["מאפיית שלום", "office@shalom.example", "silver"],
  ["Gölbaşı Gıda", "satis@golbasi.example", "standard"],
  ["The Extraordinarily Long-Named Trading Company of Northern Øresund and Sons", "a-very-long-address-indeed@extraordinarily-long.example", "standard"],
];

const PRODUCTS: readonly (readonly [sku: string, name: string, price: string])[] = [
  ["TEE-100", "T-shirt “Ærlig”", "19.90"], ["MUG-007", "Mug, 300 ml", "8.50"], ["BAG-230", "Tote bag", "14.00"], ["CAP-055", "Cap ☀", "17.25"],
];

const record = (model: string, id: string, values: JsonObject): DataRecord => ({ id, model: `m-${model}`, version: 1, values });

/** Cents as an exact decimal. */
function decimal(cents: number): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
}

export function records(): Map<string, readonly DataRecord[]> {
  const customers = CUSTOMERS.map(([name, email, tier], index) => record("Customer", `c${index + 1}`, {
    name, email, tier, since: `20${15 + index}-0${index + 1}-17`, website: index % 2 === 0 ? "https://example.com" : null, isActive: index % 3 !== 2,
  }));
  const products = PRODUCTS.map(([sku, name, unitPrice], index) => record("Product", `p${index + 1}`, { sku, name, unitPrice }));
  const orders = Array.from({ length: 132 }, (_, index) => {
    const customer = customers[(index * 5) % customers.length];
    return record("Order", `o${index + 1}`, {
      orderNo: `2026-${String(1000 + index)}`,
      customer: { id: customer?.id ?? "", name: customer?.values.name ?? "" },
      status: STATUSES[Math.floor(((index * 37) % 100) ** 2 / 1700)] ?? "draft",
      totalAmount: decimal(((index * 7919) % 250_000) + 995),
      dueOn: `2026-${String((index % 12) + 1).padStart(2, "0")}-${String((index % 27) + 1).padStart(2, "0")}`,
      placedAt: new Date(Date.UTC(2026, 10, 22, 9) - index * 5_400_000).toISOString(),
      notes: index % 4 === 0 ? "Bitte am Hintereingang klingeln – zweimal." : null,
    });
  });
  const lines = products.slice(0, 3).map((product, index) => record("OrderLine", `l${index + 1}`, {
    order: "o1", product: { id: product.id, name: product.values.name ?? "" }, quantity: index * 2 + 1, unitPrice: product.values.unitPrice ?? null,
    lineTotal: decimal(Math.round(Number(product.values.unitPrice) * 100) * (index * 2 + 1)),
  }));
  return new Map([["m-Customer", customers], ["m-Product", products], ["m-Order", orders], ["m-OrderLine", lines]]);
}
