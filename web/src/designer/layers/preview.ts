/** The picture under the pointer while something is dragged: what it is, and how many. */
import { setCustomNativeDragPreview } from "@atlaskit/pragmatic-drag-and-drop/utils/set-custom-native-drag-preview";

import "./layers.css";

type Generate = Parameters<typeof setCustomNativeDragPreview>[0]["nativeSetDragImage"];

export function showDragLabel(nativeSetDragImage: Generate, label: string, count: number): void {
  setCustomNativeDragPreview({
    nativeSetDragImage,
    getOffset: () => ({ x: -12, y: -8 }),
    render: ({ container }) => {
      const card = document.createElement("div");
      card.className = "dr-drag-label";
      card.dir = "auto";
      // What people typed is shown as text.
      card.textContent = count > 1 ? `${label} and ${count - 1} more` : label;
      container.append(card);
    },
  });
}
