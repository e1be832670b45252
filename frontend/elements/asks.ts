// Questions of an import, answered by keys: 1 or u the same, 2 or n another, 3 or s leave out, arrows between candidates, z back.
import { isImeKey } from "../core/ime";
import { isTyping } from "../core/keys";

function candidates(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-asks] [data-candidate]")];
}

function step(by: number): void {
  const all = candidates();
  if (all.length < 2) return;
  const at = all.findIndex((one) => !one.hidden);
  const next = (at + by + all.length) % all.length;
  all.forEach((one, place) => (one.hidden = place !== next));
}

document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLElement>("[data-asks] [data-step]");
  if (!button) return;
  const by = Number(button.dataset.step);
  step(by);
  candidates()
    .find((one) => !one.hidden)
    ?.querySelector<HTMLElement>(`[data-step="${by}"]`)
    ?.focus();
});

// Before other keys: n is the quick record everywhere else.
document.addEventListener(
  "keydown",
  (event) => {
    const box = document.querySelector<HTMLElement>("[data-asks]");
    if (!box || isImeKey(event) || isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]") || event.repeat) return;
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      step(event.key === "ArrowLeft" ? -1 : 1);
      event.preventDefault();
      return;
    }
    const shown = [...box.querySelectorAll<HTMLButtonElement>("button[data-key]")].filter((one) => one.offsetParent);
    const button = shown.find((one) => one.dataset.key?.split(" ").includes(event.key.toLowerCase()));
    if (!button || box.hasAttribute("data-busy")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    button.click();
  },
  true,
);

// Two quick presses are one answer: the second must not hit the next question unseen.
const busy = (event: Event, on: boolean) => {
  const source = (event as CustomEvent).detail?.ctx?.sourceElement as Element | undefined;
  source?.closest("[data-asks]")?.toggleAttribute("data-busy", on);
};
document.addEventListener("htmx:before:request", (event) => busy(event, true));
document.addEventListener("htmx:finally:request", (event) => busy(event, false));
