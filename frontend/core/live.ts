// What others did appears by itself: an element with data-live asks its address every ten seconds (and when the window
// comes back) with the stamp it holds; 204 means nothing new, otherwise its content is morphed in.
import { htmx } from "./htmx";

const EVERY = 10_000;

// Somebody types in it or holds a card of it: what changed comes the next time.
const isInUse = (element: HTMLElement): boolean =>
  (element.contains(document.activeElement) && !!document.activeElement?.matches("input,textarea,select")) ||
  !!element.querySelector(".lifted,.sortable-chosen");

async function refresh(element: HTMLElement): Promise<void> {
  if (document.hidden || isInUse(element)) return;
  const url = new URL(element.dataset.live ?? "", location.href);
  url.searchParams.set("stamp", element.dataset.stamp ?? "");
  const answer = await fetch(url, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok || answer.status === 204) return;
  const text = await answer.text();
  if (isInUse(element)) return; // it was taken up while the answer was on its way
  const stamp = answer.headers.get("X-Stamp");
  if (stamp) element.dataset.stamp = stamp;
  await htmx.swap({ target: element, text, swap: "innerMorph", sourceElement: element } as never);
  document.dispatchEvent(new CustomEvent("live-changed", { detail: element }));
}

export function refreshAll(): void {
  document.querySelectorAll<HTMLElement>("[data-live]").forEach((element) => void refresh(element));
}

setInterval(refreshAll, EVERY);
document.addEventListener("visibilitychange", refreshAll);
document.addEventListener("records-changed", refreshAll);
