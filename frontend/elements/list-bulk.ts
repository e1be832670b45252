// Ticked rows and the bar that acts on them. The bar's form gets the ticked ids just before it is sent.
// Where a whole page is ticked and there are others, all that the list's conditions fit can be chosen instead.
import { busy } from "../core/htmx";
import { offline } from "../core/toasts";

let everything: string[] | null = null;
let cut = false;
let of: Element | null = null; // the table of the list that everything was asked of; with another list it is over
let choosing = 0; // which asking for all of them still counts: another click, and it doesn't
function forget(): void {
  everything = null;
  choosing += 1;
}
function ticked(): string[] {
  if (everything && !of?.isConnected) {
    forget();
    show();
  }
  if (everything) return everything;
  return [...document.querySelectorAll<HTMLInputElement>("input[data-tick]:checked")].map((one) => one.value);
}
function show(): void {
  const bar = document.querySelector<HTMLElement>(".bulk-bar");
  if (!bar) return;
  const ids = ticked();
  bar.hidden = !ids.length;
  const count = bar.querySelector("[data-count]");
  if (count) count.textContent = String(ids.length);
  const boxes = [...document.querySelectorAll<HTMLInputElement>("input[data-tick]")];
  bar.querySelector<HTMLElement>("[data-everything]")?.toggleAttribute("hidden", !!everything || !boxes.every((one) => one.checked));
  bar.querySelector<HTMLElement>("[data-cut]")?.toggleAttribute("hidden", !everything || !cut);
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
  forget();
  show();
});
document.addEventListener("click", (event) => {
  if ((event.target as Element).closest("[data-everything]")) void chooseEverything();
  if ((event.target as Element).closest("[data-untick]")) {
    forget();
    document.querySelectorAll<HTMLInputElement>("input[data-tick],input[data-tick-all]").forEach((one) => (one.checked = false));
    show();
  }
});
async function chooseEverything(): Promise<void> {
  const address = new URL(location.href);
  address.searchParams.delete("after");
  address.searchParams.set("part", "ids");
  const mine = ++choosing;
  const table = document.querySelector("input[data-tick]")?.closest("table") ?? null;
  busy(1);
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const held = (await answer.json()) as { ids: number[]; cut: boolean };
    if (mine !== choosing || !table?.isConnected) return;
    of = table;
    everything = held.ids.map(String);
    cut = held.cut;
    show();
  } catch {
    if (mine === choosing) offline();
  } finally {
    busy(-1);
  }
}
