// Whatever is put into #dialog opens as a modal <dialog>; Esc, the close button and the event "close-dialog" close it.
const box = () => document.getElementById("dialog") as HTMLDialogElement | null;

export function closeDialog(): void {
  const dialog = box();
  if (dialog?.open) dialog.close();
}

document.addEventListener("DOMContentLoaded", () => {
  const dialog = box();
  if (!dialog) return;
  new MutationObserver((changes) => {
    // Messages come and go in an open dialog (`toasts`); they open none.
    const filled = changes.some((one) => [...one.addedNodes].some((node) => node instanceof Element && node.id !== "toasts"));
    if (filled && dialog.childElementCount && !dialog.open) {
      dialog.classList.toggle("full", !!dialog.querySelector("[data-full]"));
      dialog.showModal();
      (dialog.querySelector<HTMLElement>("[autofocus]") ?? dialog.querySelector<HTMLElement>("input:not([type=hidden]),textarea,select"))?.focus();
    }
  }).observe(dialog, { childList: true });
  dialog.addEventListener("close", () => dialog.replaceChildren());
  dialog.addEventListener("click", (event) => {
    const target = event.target as Element;
    if (target.closest("[data-close]")) dialog.close();
  });
});
document.addEventListener("close-dialog", closeDialog);

// A dialog that was opened by its address is a page: to close it is to go back.
document.addEventListener("click", (event) => {
  const target = event.target as Element;
  if (!target.closest("[data-close]") || !target.closest("[data-dialog-page]")) return;
  if (history.length > 1) history.back();
  else location.assign("/");
});

// Menus (<details class="menu-box">) close on a click elsewhere and on Esc.
document.addEventListener("click", (event) => {
  document.querySelectorAll<HTMLDetailsElement>("details.menu-box[open]").forEach((menu) => {
    if (!menu.contains(event.target as Node) || (event.target as Element).closest("[data-closes]")) menu.open = false;
  });
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelectorAll<HTMLDetailsElement>("details.menu-box[open]").forEach((menu) => {
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
});
