// The merge page: a chosen value shows at once in the column of the result; writing a value chooses it.
document.addEventListener("change", (event) => {
  const input = event.target as HTMLInputElement;
  const row = input.closest<HTMLElement>("form[data-merge] .merge-row");
  if (!row || input.type !== "radio") return;
  const place = row.querySelector<HTMLElement>("[data-result]");
  if (!place) return;
  const write = row.querySelector<HTMLElement>(".merge-write");
  place.hidden = input.value === "write";
  if (input.value === "write") write?.querySelector<HTMLElement>("input:not([type=hidden]),textarea,select")?.focus();
  else place.textContent = input.dataset.text ?? input.closest("label")?.querySelector(".merge-text")?.textContent ?? "";
});
