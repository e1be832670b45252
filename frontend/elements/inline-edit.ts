// Editing in place on a card: Enter saves, Esc gives up, Tab saves and goes on to the next value.
import { isImeKey } from "../core/ime";

document.addEventListener("keydown", (event) => {
  const form = (event.target as Element).closest?.<HTMLFormElement>("form[data-inline]");
  if (!form || isImeKey(event)) return;
  if (event.key === "Escape") {
    // Lines are too much work to be given up by a key that is meant for a list of proposals.
    if ((event.target as Element).closest("line-grid")) return;
    event.preventDefault();
    form.querySelector<HTMLElement>("[data-cancel]")?.click();
  } else if (event.key === "Tab" && !event.shiftKey && !form.querySelector("record-picker, line-grid")) {
    const fact = form.closest("[data-fact]");
    const facts = [...document.querySelectorAll("[data-fact]")];
    const next = facts[facts.indexOf(fact!) + 1] as HTMLElement | undefined;
    event.preventDefault();
    form.requestSubmit();
    setTimeout(() => document.querySelector<HTMLElement>(`[data-fact="${next?.dataset.fact}"] button.fact-value`)?.click(), 250);
  } else if (event.key === "Enter" && (event.target as Element).tagName === "SELECT") {
    event.preventDefault();
    form.requestSubmit();
  }
});
document.addEventListener("change", (event) => {
  const form = (event.target as Element).closest?.<HTMLFormElement>("form[data-inline]");
  if (form && (event.target as Element).matches("select,input[type=date],input[type=checkbox]")) form.requestSubmit();
});
