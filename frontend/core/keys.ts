// Keys that work on every page: / and Ctrl-K search, n quick record, j k x Enter e in lists.
import { isImeKey } from "./ime";

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && !!target.closest("input:not([type=checkbox]),textarea,select,[contenteditable]");
}

document.addEventListener("keydown", (event) => {
  if (isImeKey(event)) return;
  const search = document.querySelector<HTMLInputElement>("#global-search");
  if ((event.key === "k" && (event.ctrlKey || event.metaKey)) || (event.key === "/" && !isTyping(event.target))) {
    if (search?.offsetParent) {
      event.preventDefault();
      search.focus();
      search.select();
    }
    return;
  }
  if (event.ctrlKey && event.key === "Enter" && event.target instanceof HTMLTextAreaElement) {
    event.preventDefault();
    event.target.form?.requestSubmit();
    return;
  }
  if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  // Where records are gone through by keys, n decides.
  if (event.key === "n" && !document.querySelector("[data-clusters],[data-asks]")) document.querySelector<HTMLElement>("[data-quick-record]")?.click();
  listKey(event);
});

function listKey(event: KeyboardEvent): void {
  const rows = [...document.querySelectorAll<HTMLTableRowElement>("table.list tbody tr[data-id]")];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.classList.contains("cursor"));
  const row = rows[at];
  if (event.key === "j" || event.key === "k") {
    const next = rows[Math.max(0, Math.min(rows.length - 1, at + (event.key === "j" ? 1 : -1)))];
    row?.classList.remove("cursor");
    next?.classList.add("cursor");
    next?.scrollIntoView({ block: "nearest" });
  } else if (row && event.key === "x") {
    row.querySelector<HTMLInputElement>("input[type=checkbox]")?.click();
  } else if (row && (event.key === "Enter" || event.key === "e") && !(event.target as Element).closest("a,button,summary")) {
    row.querySelector<HTMLAnchorElement>("td.name a")?.click();
  }
}
