// A sheet that came back, by keyboard: j k move, x ticks, 1 takes the sheet's value, 2 keeps what stands here; an answer moves on.
import { isImeKey } from "../core/ime";
import { isTyping } from "../core/keys";

function rows(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-round-trip] [data-row]")];
}
function go(row: HTMLElement | undefined): void {
  if (!row) return;
  rows().forEach((one) => one.classList.toggle("cursor", one === row));
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}
document.addEventListener("keydown", (event) => {
  const all = rows();
  const target = event.target as HTMLElement;
  const radio = target instanceof HTMLInputElement && target.type === "radio";
  if (!all.length || isImeKey(event) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (isTyping(target) && !radio) return;
  const at = all.findIndex((row) => row.classList.contains("cursor"));
  if (event.key === "j" || event.key === "k") {
    event.preventDefault();
    go(all[Math.max(0, Math.min(all.length - 1, at + (event.key === "j" ? 1 : -1)))]);
  } else if (at >= 0 && event.key === "x") {
    all[at]?.querySelector<HTMLInputElement>("input[type=checkbox]")?.click();
  } else if (at >= 0 && (event.key === "1" || event.key === "2")) {
    const fields = [...(all[at]?.querySelectorAll<HTMLElement>("fieldset") ?? [])];
    const open = fields.find((one) => !one.querySelector("input:checked")) ?? fields[0];
    open?.querySelectorAll<HTMLInputElement>("input[type=radio]")[event.key === "1" ? 0 : 1]?.click();
    if (fields.every((one) => one.querySelector("input:checked"))) go(all[at + 1] ?? all[at]);
  }
});
