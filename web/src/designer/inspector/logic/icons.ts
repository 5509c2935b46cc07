/** The icons that the component library draws; a test holds the names against it. */
export const ICON_NAMES: readonly string[] = [
  "activity", "alert-triangle", "archive", "arrow-down", "arrow-left", "arrow-right", "arrow-up", "arrow-up-down", "award", "badge-check", "ban",
  "banknote", "barcode", "bell", "book-open", "bookmark", "bot", "box", "briefcase", "bug", "building", "building-2", "bus", "calculator",
  "calendar", "calendar-check", "calendar-days", "camera", "car", "chart-column", "chart-line", "chart-pie", "check", "check-check", "chevron-down",
  "chevron-left", "chevron-right", "chevron-up", "circle", "circle-alert", "circle-check", "circle-help", "circle-plus", "circle-x", "clipboard",
  "clipboard-check", "clipboard-list", "clock", "cloud", "coins", "compass", "construction", "contact", "copy", "credit-card", "database",
  "dollar-sign", "download", "euro", "external-link", "eye", "factory", "file", "file-check", "file-plus", "file-text", "files", "filter",
  "fingerprint", "flag", "folder", "folder-open", "gift", "globe", "graduation-cap", "hammer", "handshake", "hash", "headphones", "heart", "history",
  "home", "hospital", "hourglass", "house", "image", "inbox", "info", "key", "landmark", "languages", "laptop", "layers", "layout-dashboard", "leaf",
  "lightbulb", "link", "list", "list-checks", "locate", "lock", "log-out", "mail", "map-pin", "megaphone", "menu", "message-circle",
  "message-square", "minus", "monitor", "moon", "more", "newspaper", "package", "package-check", "package-open", "palette", "paperclip", "pencil",
  "percent", "phone", "phone-call", "piggy-bank", "pill", "plane", "play", "plus", "power", "printer", "puzzle", "qr-code", "receipt", "refresh-cw",
  "reply", "rocket", "rotate-ccw", "save", "scale", "scan", "school", "scissors", "search", "send", "server", "settings", "share-2", "shield",
  "shield-alert", "shield-check", "shopping-bag", "shopping-cart", "smartphone", "sprout", "star", "stethoscope", "store", "sun", "table", "tag",
  "target", "thermometer", "thumbs-down", "thumbs-up", "ticket", "timer", "trash", "trending-down", "trending-up", "triangle-alert", "trophy",
  "truck", "umbrella", "undo-2", "upload", "user", "user-check", "user-plus", "users", "utensils", "video", "wallet", "warehouse", "wifi",
  "workflow", "wrench", "x", "zap",
];
