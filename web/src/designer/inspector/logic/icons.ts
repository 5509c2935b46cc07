/** The icons that the component library draws; a test holds the names against it. */
export const ICON_NAMES: readonly string[] = [
  "activity", "alert-triangle", "arrow-down", "arrow-left", "arrow-right", "arrow-up", "arrow-up-down", "bell", "book-open", "bookmark", "box",
  "briefcase", "building", "calendar", "camera", "chart-column", "check", "chevron-down", "chevron-left", "chevron-right", "chevron-up", "circle",
  "circle-check", "circle-x", "clock", "copy", "credit-card", "database", "dollar-sign", "download", "euro", "external-link", "eye", "file", "file-text",
  "filter", "flag", "folder", "gift", "globe", "heart", "home", "image", "info", "key", "layers", "link", "list", "lock", "log-out", "mail", "map-pin",
  "menu", "message-square", "minus", "more", "package", "paperclip", "pencil", "percent", "phone", "plus", "receipt", "refresh-cw", "save", "search",
  "send", "settings", "shopping-cart", "star", "table", "tag", "trash", "trending-down", "trending-up", "truck", "upload", "user", "users", "x", "zap",
];
