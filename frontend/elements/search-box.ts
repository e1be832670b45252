// The search at the top: results as one types, arrows and Enter to open.
import { isImeKey } from "../core/ime";

document.addEventListener("keydown", (event) => {
  const box = (event.target as Element).closest?.("[data-search]");
  if (!box || isImeKey(event)) return;
  const hits = [...box.querySelectorAll<HTMLElement>(".hit")];
  const at = hits.findIndex((hit) => hit.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const next = hits[(at + (event.key === "ArrowDown" ? 1 : -1) + hits.length) % hits.length];
    hits.forEach((hit) => hit.setAttribute("aria-selected", String(hit === next)));
    next?.scrollIntoView({ block: "nearest" });
  } else if (event.key === "Enter" && hits[Math.max(at, 0)] && (at >= 0 || box.hasAttribute("data-first"))) {
    event.preventDefault();
    hits[Math.max(at, 0)].click();
  } else if (event.key === "Escape") {
    box.querySelector(".search-panel")?.replaceChildren();
    (event.target as HTMLElement).blur();
  }
});
document.addEventListener("click", (event) => {
  if (!(event.target as Element).closest("[data-search]")) document.querySelector("#search-results")?.replaceChildren();
});
