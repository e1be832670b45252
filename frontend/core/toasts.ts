// Short messages, with undo where there is something to take back. The server sends HX-Trigger: {"toast": {...}}.
import { csrf } from "./htmx";

export type Toast = { message: string; level?: string; undo_url?: string; undo_label?: string; link?: string; link_url?: string };

let held: HTMLElement | null = null;

// A modal dialog covers all that lies outside of it and takes its clicks: the messages go into it, and out again when it closes.
function home(): HTMLElement | null {
  held ??= document.getElementById("toasts");
  const modal = [...document.querySelectorAll<HTMLDialogElement>("dialog:modal")].pop();
  // One that is just closing still holds them; its "close" comes at once and brings them out.
  if (held && held.parentElement !== (modal ?? document.body) && (modal || !held.closest("dialog"))) (modal ?? document.body).append(held);
  return held;
}

export function toast({ message, level = "info", undo_url, undo_label, link, link_url }: Toast): void {
  const place = home();
  if (!place) return;
  const box = document.createElement("div");
  box.className = `toast-box ${level}`;
  box.setAttribute("role", level === "error" ? "alert" : "status");
  const text = document.createElement("span");
  text.textContent = message;
  box.append(text);
  if (link && link_url) {
    const way = document.createElement("a");
    way.href = link_url;
    way.textContent = link;
    box.append(way);
  }
  if (undo_url) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = undo_label ?? place.dataset.undo ?? "";
    button.addEventListener("click", async () => {
      button.disabled = true;
      const answer = await fetch(undo_url, { method: "POST", headers: { "X-CSRFToken": csrf(), "HX-Request": "true" } }).catch(() => null);
      box.remove();
      if (!answer) {
        // Once more when the network is back; without it the way back would be gone.
        toast({ message, level, undo_url, undo_label, link, link_url });
        return offline();
      }
      readHeader(answer.headers.get("HX-Trigger"));
      const to = answer.headers.get("X-Goes");
      // What is shown may be gone: where the page is left, nothing of it is asked for anew.
      if (answer.ok && !to) document.dispatchEvent(new CustomEvent("records-changed"));
      if (answer.ok) setTimeout(() => (to ? location.assign(to) : location.reload()), 500);
    });
    box.append(button);
  }
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = "×";
  close.setAttribute("aria-label", place.dataset.closeWord ?? "");
  close.addEventListener("click", () => box.remove());
  box.append(close);
  place.append(box);
  setTimeout(() => box.remove(), undo_url ? 12000 : level === "error" ? 15000 : 5000);
}

// What was asked for has not reached the server.
export function offline(): void {
  toast({ message: home()?.dataset.offline ?? "", level: "error" });
}

export function readHeader(header: string | null): void {
  if (!header) return;
  try {
    const found = JSON.parse(header) as { toast?: Toast };
    if (found.toast) toast(found.toast);
  } catch {
    // a plain event name: nothing to show
  }
}

document.addEventListener("toast", (event) => {
  const detail = (event as CustomEvent).detail as Toast & { value?: Toast };
  toast(detail.value ?? detail);
});
document.addEventListener("htmx:error", () => {
  if (!navigator.onLine) offline();
});
document.addEventListener("close", () => setTimeout(home), true);
document.addEventListener("DOMContentLoaded", () => {
  home();
  // What is shown in a dialog is put in anew while it stays open.
  const dialog = document.getElementById("dialog");
  if (dialog) new MutationObserver(() => held?.childElementCount && home()).observe(dialog, { childList: true });
  document.querySelectorAll<HTMLElement>("template[data-toast]").forEach((template) => {
    toast(JSON.parse(template.dataset.toast ?? "{}") as Toast);
    template.remove();
  });
});
