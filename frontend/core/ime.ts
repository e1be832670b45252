// The one place that knows about Japanese input: Enter that confirms kanji must never submit, save or open anything.
// Safari ends the composition before its keydown arrives and only tells by keyCode 229.
let endedAt = 0;
document.addEventListener("compositionend", () => (endedAt = performance.now()), true);

export function isImeKey(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229 || (event.key === "Enter" && performance.now() - endedAt < 30);
}

document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Enter" || !isImeKey(event)) return;
    event.stopImmediatePropagation();
    // The key itself must reach the input method; only the form's implicit submission is kept from happening.
    if (!(event.target instanceof HTMLTextAreaElement)) event.preventDefault();
  },
  true,
);
