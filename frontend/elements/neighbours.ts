// The list remembers its page; a card then knows what stands before and after it there.
document.addEventListener("DOMContentLoaded", () => {
  const table = document.querySelector<HTMLElement>(".table-sheet[data-entity]");
  if (table) {
    const ids = [...table.querySelectorAll<HTMLElement>("tr[data-id]")].map((row) => row.dataset.id);
    sessionStorage.setItem(`list:${table.dataset.entity}`, JSON.stringify(ids));
  }
  wire();
});
document.addEventListener("htmx:after:swap", wire);

function wire(): void {
  const box = document.querySelector<HTMLElement>("[data-neighbours]");
  if (!box) return;
  const ids = JSON.parse(sessionStorage.getItem(`list:${box.dataset.neighbours}`) ?? "[]") as string[];
  const at = ids.indexOf(box.dataset.id ?? "");
  box.hidden = at < 0;
  const go = (selector: string, id: string | undefined) => {
    const link = box.querySelector<HTMLAnchorElement>(selector);
    if (!link) return;
    if (id) link.href = `/${box.dataset.neighbours}/${id}/`;
    else link.removeAttribute("href");
  };
  go("[data-prev]", ids[at - 1]);
  go("[data-next-one]", ids[at + 1]);
}

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = (event as CustomEvent).detail as { ctx: { sourceElement: Element; response?: { status: number } } };
  if (ctx.sourceElement.hasAttribute("data-reloads") && ctx.response && ctx.response.status < 300) setTimeout(() => location.reload(), 400);
});
