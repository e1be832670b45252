// htmx with a strict policy: no eval, no inline style; Django's CSRF token on every request; a line at the top shows work.
import htmx from "htmx.org";

declare global {
  interface Window {
    htmx: typeof htmx;
  }
}

window.htmx = htmx;
htmx.config.includeIndicatorCSS = false;
htmx.config.transitions = false;

let running = 0;

export function busy(step: 1 | -1): void {
  running = Math.max(0, running + step);
  document.body?.classList.toggle("busy", running > 0);
}

export function csrf(): string {
  return document.querySelector<HTMLMetaElement>("meta[name=csrf-token]")?.content ?? "";
}

type Detail = { ctx: { request: { headers: Record<string, string>; method: string }; sourceElement: Element; response?: { status: number } } };

document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = (event as CustomEvent<Detail>).detail;
  ctx.request.headers["X-CSRFToken"] = csrf();
});
const quiet = (event: Event) => (event as CustomEvent<Detail>).detail.ctx?.sourceElement?.hasAttribute("data-quiet");
document.addEventListener("htmx:before:request", (event) => {
  if (!quiet(event)) busy(1);
});
document.addEventListener("htmx:finally:request", (event) => {
  if (!quiet(event)) busy(-1);
});

export { htmx };
