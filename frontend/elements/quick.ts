// Small behaviours of the record form: next-step day buttons, voice hint, composer kinds, templates of choices.
document.addEventListener("click", (event) => {
  const day = (event.target as Element).closest<HTMLElement>("[data-day]");
  if (!day) return;
  const form = day.closest("form")!;
  const input = form.querySelector<HTMLInputElement>("input[name=next_on]");
  if (!input) return;
  input.value = input.value === day.dataset.day ? "" : (day.dataset.day ?? "");
  mark(form);
});
document.addEventListener("change", (event) => {
  const input = event.target as HTMLInputElement;
  if (input.name === "next_on" && input.form) mark(input.form);
});
function mark(form: HTMLFormElement): void {
  const value = form.querySelector<HTMLInputElement>("input[name=next_on]")?.value;
  form.querySelectorAll<HTMLElement>("[data-day]").forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.day === value)));
  form.querySelectorAll<HTMLElement>("[data-next]").forEach((one) => (one.hidden = !value));
}

// Theme and language switch without a flash: the cookie tells the server.
document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLElement>("[data-theme-set]");
  if (!button) return;
  const theme = button.dataset.themeSet ?? "system";
  document.documentElement.dataset.theme = theme;
  document.cookie = `enishi_theme=${theme}; path=/; max-age=31536000; samesite=lax`;
});

// File inputs that start their upload by themselves.
document.addEventListener("change", (event) => {
  const input = event.target as HTMLInputElement;
  if (input.type === "file" && input.hasAttribute("data-upload")) input.form?.requestSubmit();
});
document.addEventListener("dragover", (event) => {
  if ((event.target as Element).closest?.("[data-dropzone]")) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  const zone = (event.target as Element).closest?.<HTMLElement>("[data-dropzone]");
  const files = event.dataTransfer?.files;
  if (!zone || !files?.length) return;
  event.preventDefault();
  const input = zone.querySelector<HTMLInputElement>("input[type=file]")!;
  input.files = files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});
