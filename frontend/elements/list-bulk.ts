// Ticked rows and the bar that acts on them. The bar's form gets the ticked ids just before it is sent.
function ticked(): string[] {
  return [...document.querySelectorAll<HTMLInputElement>("input[data-tick]:checked")].map((one) => one.value);
}
function show(): void {
  const bar = document.querySelector<HTMLElement>(".bulk-bar");
  if (!bar) return;
  const ids = ticked();
  bar.hidden = !ids.length;
  const count = bar.querySelector("[data-count]");
  if (count) count.textContent = String(ids.length);
  bar.querySelectorAll<HTMLInputElement>("input[name=ids]").forEach((input) => (input.value = ids.join(",")));
  bar.querySelectorAll<HTMLFormElement>("form[data-between]").forEach((form) => {
    const [least, most] = (form.dataset.between ?? "").split(",").map(Number);
    form.hidden = ids.length < least || ids.length > most;
  });
  document.querySelectorAll<HTMLTableRowElement>("table.list tr[data-id]").forEach((row) => {
    row.setAttribute("aria-selected", String(!!row.querySelector<HTMLInputElement>("input[data-tick]")?.checked));
  });
}
let last: HTMLInputElement | null = null;
document.addEventListener("click", (event) => {
  const box = event.target as HTMLInputElement;
  if (!box.matches?.("input[data-tick],input[data-tick-all]")) return;
  const all = [...document.querySelectorAll<HTMLInputElement>("input[data-tick]")];
  if (box.hasAttribute("data-tick-all")) all.forEach((one) => (one.checked = box.checked));
  else if (event.shiftKey && last) {
    const [a, b] = [all.indexOf(last), all.indexOf(box)].sort((x, y) => x - y);
    all.slice(a, b + 1).forEach((one) => (one.checked = box.checked));
  }
  last = box;
  show();
});
document.addEventListener("click", (event) => {
  if ((event.target as Element).closest("[data-untick]")) {
    document.querySelectorAll<HTMLInputElement>("input[data-tick],input[data-tick-all]").forEach((one) => (one.checked = false));
    show();
  }
});
