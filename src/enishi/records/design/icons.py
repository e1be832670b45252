"""Icons that the owner can give an entity (Lucide's names; the sprite holds them because they stand on this one line)."""

ICONS = ("folder", "truck", "package", "file-text", "car", "boxes", "factory", "warehouse", "wrench", "scissors", "graduation-cap", "scale", "store", "building-2", "users", "user", "calendar", "clipboard-list", "hammer", "hard-hat", "stethoscope", "heart", "home", "map-pin", "key", "laptop", "printer", "ship", "plane", "coffee", "utensils", "book-open", "music", "camera", "leaf", "paw-print", "gem", "landmark", "shield", "receipt")  # fmt: skip
