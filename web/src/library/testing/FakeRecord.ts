/** One record of the runtime in memory: drafts over what is saved, refused like on a server. */
import type { Json } from "../../model/types";
import { toText } from "../../model/value";
import { Store } from "../../shared/store";
import type { DataRecord, ModelInfo, RecordController, RecordState } from "../runtime";

const READY: RecordState = {
  state: "ready", isNew: false, isDirty: false, isSaving: false, saved: null, values: {}, fieldErrors: {}, error: null,
};

/** The states that cannot be reached by typing, for looking at them. */
function stateOf(id: string, first: DataRecord | undefined): Partial<RecordState> {
  switch (id) {
    case "state:pending":
      return { state: "pending", values: {}, saved: null };
    case "state:missing":
      return { state: "missing" };
    case "state:failed":
      return { state: "failed", saved: null, error: { code: "unreachable", message: "The server does not answer. It is tried again by itself." } };
    case "state:saving":
      return { isSaving: true, isDirty: true };
    case "state:refused":
      return {
        isDirty: true,
        values: { ...first?.values, orderNo: "2026-1001", email: "zoë(at)example" },
        fieldErrors: { orderNo: "Order number 2026-1001 is already taken.", customer: "Choose a customer." },
        error: { code: "version_conflict", message: "Zoë changed this order while you were editing it." },
      };
    case "new":
      return { isNew: true, saved: null, values: {} };
    default:
      return {};
  }
}

export class FakeRecord implements RecordController {
  readonly state: Store<RecordState>;

  constructor(
    readonly model: ModelInfo | null,
    readonly id: string,
    all: readonly DataRecord[],
    readonly delayMs: number,
    readonly onSaved: (record: DataRecord) => void,
  ) {
    const saved = all.find((record) => record.id === id) ?? all[0] ?? null;
    this.state = new Store<RecordState>({ ...READY, saved, values: saved?.values ?? {}, ...stateOf(id, all[0]) });
  }

  edit = (field: string, value: Json): void => {
    this.state.update((state) => {
      const fieldErrors = Object.fromEntries(Object.entries(state.fieldErrors).filter(([name]) => name !== field));
      return { ...state, isDirty: true, values: { ...state.values, [field]: value }, fieldErrors };
    });
  };

  save = async (): Promise<boolean> => {
    this.state.update((state) => ({ ...state, isSaving: true, error: null }));
    if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
    const { values, saved } = this.state.get();
    const fieldErrors: Record<string, string> = {};
    for (const field of this.model?.fields ?? []) {
      const value = values[field.name] ?? null;
      if (field.isRequired && !field.isReadOnly && (value === null || value === "")) fieldErrors[field.name] = `${field.title} is required.`;
    }
    if (toText(values.orderNo) === "2026-1001") fieldErrors.orderNo = "Order number 2026-1001 is already taken.";
    const isDone = Object.keys(fieldErrors).length === 0;
    const next: DataRecord = { id: saved?.id ?? "created", model: this.model?.id ?? "", version: (saved?.version ?? 0) + 1, values };
    this.state.update((state) => ({ ...state, isSaving: false, fieldErrors, ...(isDone && { isDirty: false, isNew: false, saved: next }) }));
    if (isDone) this.onSaved(next);
    return isDone;
  };

  discard = (): void => {
    this.state.update((state) => ({ ...state, isDirty: false, values: state.saved?.values ?? {}, fieldErrors: {}, error: null }));
  };
}
