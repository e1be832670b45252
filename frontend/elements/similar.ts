// While somebody types who it is, those who are likely the same appear below: <form data-similar="address"> with a [data-similar-place].
// What is still being converted to kanji isn't asked for; an answer that was overtaken by further typing is dropped.
const WAIT = 250;
const timers = new WeakMap<HTMLFormElement, number>();
const turns = new WeakMap<HTMLFormElement, AbortController>();
const asked = new WeakMap<HTMLFormElement, string>();

async function ask(form: HTMLFormElement): Promise<void> {
  const place = form.querySelector<HTMLElement>("[data-similar-place]");
  if (!place || !form.isConnected) return;
  const url = new URL(form.dataset.similar ?? "", location.href);
  for (const input of form.querySelectorAll<HTMLInputElement>("input[type=text]")) if (input.name && input.value.trim()) url.searchParams.set(input.name, input.value);
  if (asked.get(form) === url.href) return;
  asked.set(form, url.href);
  turns.get(form)?.abort();
  const turn = new AbortController();
  turns.set(form, turn);
  const answer = await fetch(url, { headers: { "HX-Request": "true" }, signal: turn.signal }).catch(() => null);
  if (!answer?.ok) return;
  const text = await answer.text();
  if (turns.get(form) === turn) place.innerHTML = text;
}

function later(event: Event): void {
  const form = (event.target as Element).closest<HTMLFormElement>("form[data-similar]");
  if (!form || (event as InputEvent).isComposing) return;
  clearTimeout(timers.get(form));
  timers.set(form, window.setTimeout(() => void ask(form), event.type === "change" ? 0 : WAIT));
}
for (const kind of ["input", "compositionend", "change"]) document.addEventListener(kind, later);
