// The review queue: one cluster is in hand; j and k move, m, n and Enter press its buttons, l puts it off, u takes the last decision
// back. When few are left the next ones are asked for, so that the following cluster stands there at once.
import { htmx } from "../core/htmx";
import { isImeKey } from "../core/ime";
import { isTyping } from "../core/keys";

const LEFT = 2;
const putOff = new Set<string>();
let asking = false;

const place = () => document.querySelector<HTMLElement>("[data-clusters]");
const every = () => [...document.querySelectorAll<HTMLElement>("[data-clusters] > .cluster")];
const inHand = () => every().find((one) => one.hasAttribute("aria-current")) ?? every()[0];

function take(cluster: HTMLElement | undefined, focus = true): void {
  every().forEach((one) => one.toggleAttribute("aria-current", one === cluster));
  if (!cluster || !focus) return;
  cluster.focus({ preventScroll: true });
  cluster.scrollIntoView({ block: "nearest" });
}

async function more(): Promise<void> {
  const list = place();
  if (!list || asking) return;
  if (every().filter((one) => !putOff.has(one.dataset.cluster ?? "")).length <= LEFT) {
    asking = true;
    const url = new URL(list.dataset.next ?? "", location.href);
    url.searchParams.set("but", [...new Set([...every().map((one) => one.dataset.cluster ?? ""), ...putOff])].join(","));
    const answer = await fetch(url, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (answer?.ok) {
      list.insertAdjacentHTML("beforeend", await answer.text());
      htmx.process(list);
    }
    asking = false;
  }
  document.querySelector<HTMLElement>("[data-none]")?.toggleAttribute("hidden", every().length > 0);
}

function later(cluster: HTMLElement): void {
  putOff.add(cluster.dataset.cluster ?? "");
  const next = (cluster.nextElementSibling ?? place()?.firstElementChild) as HTMLElement | null;
  place()?.append(cluster);
  take(next && next !== cluster ? next : undefined);
  void more();
}

document.addEventListener("keydown", (event) => {
  if (!place() || isImeKey(event) || isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  const now = inHand();
  if (event.key === "u") {
    [...document.querySelectorAll<HTMLElement>("#toasts .toast-box")].at(-1)?.querySelector("button")?.click();
  } else if (event.key === "j" || event.key === "k") {
    const at = now ? every().indexOf(now) : -1;
    take(every()[Math.max(0, Math.min(every().length - 1, at + (event.key === "j" ? 1 : -1)))]);
  } else if (now && event.key === "l") later(now);
  else if (now && ["m", "n", "Enter"].includes(event.key)) {
    if (event.key === "Enter" && (event.target as Element).closest("a,button,summary")) return;
    event.preventDefault();
    now.querySelector<HTMLElement>(`[data-key="${event.key}"]`)?.click();
  }
});
document.addEventListener("click", (event) => {
  const cluster = (event.target as Element).closest<HTMLElement>(".cluster");
  if (!cluster) return;
  if ((event.target as Element).closest("[data-later]")) later(cluster);
  else take(cluster, false);
});
// The search has ended: what it found stands there by itself, unless somebody is deciding on something already.
document.addEventListener("htmx:after:swap", () => {
  if (document.querySelector("#duplicate-run [data-ended]") && !every().length) location.reload();
});
document.addEventListener("DOMContentLoaded", () => {
  const list = place();
  if (!list) return;
  take(every()[0], false);
  new MutationObserver((changes) => {
    const gone = changes.some((one) => [...one.removedNodes].some((node) => node instanceof HTMLElement && node.hasAttribute("aria-current")));
    if (gone && !every().some((one) => one.hasAttribute("aria-current"))) take(every()[0]);
    void more();
  }).observe(list, { childList: true });
});
