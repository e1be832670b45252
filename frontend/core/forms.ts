// Forms: nothing typed is lost, nothing is sent twice, inputs carry the same help everywhere.
import { csrf } from "./htmx";

// An idempotency key per opened form: a double click or a resend makes one record.
function prepare(root: ParentNode): void {
  root.querySelectorAll<HTMLFormElement>("form[data-once]").forEach((form) => {
    const input = form.querySelector<HTMLInputElement>("input[name=idempotency_key]");
    if (input && !input.value) input.value = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
  });
  root.querySelectorAll<HTMLFormElement>("form[data-keep]").forEach((form) => {
    const held = sessionStorage.getItem(`draft:${form.dataset.keep}`);
    if (!held || form.dataset.restored) return;
    form.dataset.restored = "1";
    for (const [name, value] of Object.entries(JSON.parse(held) as Record<string, string>)) {
      const input = form.elements.namedItem(name);
      if ((input instanceof HTMLTextAreaElement || (input instanceof HTMLInputElement && input.type === "text")) && !input.value) input.value = value;
    }
  });
}
document.addEventListener("DOMContentLoaded", () => prepare(document));
document.addEventListener("htmx:after:swap", () => prepare(document));
new MutationObserver(() => prepare(document)).observe(document.documentElement, { childList: true, subtree: true });

document.addEventListener("input", (event) => {
  const form = (event.target as Element).closest<HTMLFormElement>("form[data-keep]");
  if (!form) return;
  const held: Record<string, string> = {};
  for (const element of form.elements) {
    if ((element instanceof HTMLTextAreaElement || (element instanceof HTMLInputElement && element.type === "text")) && element.name && element.value) held[element.name] = element.value;
  }
  sessionStorage.setItem(`draft:${form.dataset.keep}`, JSON.stringify(held));
});
document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = (event as CustomEvent).detail as { ctx: { sourceElement: Element; response?: { status: number } } };
  const form = ctx.sourceElement.closest<HTMLFormElement>("form[data-keep]");
  if (form && ctx.response && ctx.response.status < 300) {
    sessionStorage.removeItem(`draft:${form.dataset.keep}`);
    if (form.hasAttribute("data-reset")) {
      form.reset();
      const key = form.querySelector<HTMLInputElement>("input[name=idempotency_key]");
      if (key) key.value = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
    }
  }
});

// A plain form that is on its way can't be sent again.
document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (form.hasAttribute("hx-post") || form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 8000);
});

// Selects and inputs that apply themselves.
document.addEventListener("change", (event) => {
  const input = event.target as HTMLInputElement | HTMLSelectElement;
  if (input.hasAttribute("data-submits")) input.form?.requestSubmit();
  if (input.hasAttribute("data-goes") && input.value) location.assign(input.value);
});

// A postal code fills the address beside it; where it has several places one chooses.
document.addEventListener("change", async (event) => {
  const input = event.target as HTMLInputElement;
  if (!input.matches?.("input[data-postal]") || input.value.replace(/\D/g, "").length < 7) return;
  const answer = await fetch(`${input.dataset.postal}?code=${encodeURIComponent(input.value)}`).catch(() => null);
  if (!answer?.ok) return;
  const { places } = (await answer.json()) as { places: { prefecture: string; city: string; town: string }[] };
  const form = input.form;
  const note = input.closest(".field")?.querySelector<HTMLElement>("[data-places]");
  if (!form || !note) return;
  const fill = (place: { prefecture: string; city: string; town: string }) => {
    const prefecture = form.elements.namedItem("prefecture") as HTMLInputElement | null;
    const address = form.elements.namedItem("address") as HTMLInputElement | null;
    if (prefecture) prefecture.value = place.prefecture;
    if (address && !address.value.startsWith(place.city)) address.value = place.city + place.town;
    address?.focus();
  };
  note.replaceChildren();
  if (places.length === 1) fill(places[0]);
  else
    places.forEach((place) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "chip chip-accent";
      button.textContent = place.prefecture + place.city + place.town;
      button.addEventListener("click", () => fill(place));
      note.append(button);
    });
});

// The reading fills itself from what was typed before it became kanji.
let typed = "";
document.addEventListener("compositionupdate", (event) => {
  const input = event.target as HTMLInputElement;
  const text = (event as CompositionEvent).data;
  if (input.dataset?.kana && /^[ぁ-ゖァ-ヺーｦ-ﾟ\s　a-zａ-ｚ]*$/.test(text)) typed = text.replace(/[a-zａ-ｚ]+$/, "");
});
document.addEventListener("compositionend", (event) => {
  const input = event.target as HTMLInputElement;
  if (!input.dataset?.kana || !typed) return;
  const target = input.form?.elements.namedItem(input.dataset.kana) as HTMLInputElement | null;
  const made = typed.replace(/[ぁ-ゖ]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0x60));
  if (target && (!target.value || target.dataset.filled)) {
    target.value = (target.dataset.filled && input.value.length > typed.length ? target.value : "") + made;
    target.dataset.filled = "1";
  }
  typed = "";
});

export async function postForm(url: string, values: Record<string, string>): Promise<Response> {
  return fetch(url, { method: "POST", body: new URLSearchParams(values), headers: { "X-CSRFToken": csrf(), "HX-Request": "true" } });
}

// What is to be copied is chosen whole.
document.addEventListener("focusin", (event) => {
  if ((event.target as Element).matches("[data-selects]")) (event.target as HTMLInputElement).select();
});

// A field that is asked only where another one says so comes and goes with it.
function askWhatIsAsked(form: Element): void {
  form.querySelectorAll<HTMLElement>("[data-visible-if]").forEach((field) => {
    const within = field.closest("[data-asked]") ?? form; // fields of another record, whose names mean something else in the form
    const others = within.querySelectorAll<HTMLInputElement | HTMLSelectElement>(`[name="${field.dataset.visibleIf}"]`);
    if (!others.length) return;
    const said = [...others].filter((one) => !(one instanceof HTMLInputElement && ["checkbox", "radio"].includes(one.type)) || (one as HTMLInputElement).checked).map((one) => one.value);
    field.hidden = !said.some((one) => (field.dataset.visibleValues ?? "").split(",").includes(one));
  });
}
document.addEventListener("change", (event) => {
  const form = (event.target as Element).closest("form");
  if (form) askWhatIsAsked(form);
});
const askEverywhere = (): void => document.querySelectorAll("form:has([data-visible-if])").forEach(askWhatIsAsked);
new MutationObserver(askEverywhere).observe(document.documentElement, { childList: true, subtree: true });
askEverywhere();
