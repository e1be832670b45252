// <record-picker data-url> : a text input that finds records as one types, and the hidden input that holds the choice.
import { isImeKey } from "../core/ime";

type Found = { value: string; label: string; detail?: string; why?: string };

class RecordPicker extends HTMLElement {
  private timer = 0;
  private asked = 0;

  connectedCallback(): void {
    const input = this.querySelector<HTMLInputElement>("input[type=text]");
    const list = this.querySelector<HTMLElement>(".picker-list");
    if (!input || !list || this.dataset.ready) return;
    this.dataset.ready = "1";
    input.addEventListener("input", () => {
      if (!this.hasAttribute("data-many")) this.hidden_().value = this.hasAttribute("data-links") ? `;${this.hidden_().dataset.seen ?? ""}` : "";
      clearTimeout(this.timer);
      this.timer = window.setTimeout(() => void this.find(input.value), 150);
    });
    // A dialog that opens with its cursor here must not open with a list over its buttons.
    let given = input.autofocus;
    input.addEventListener("pointerdown", () => {
      if (document.activeElement === input && list.hidden) void this.find(this.asks(input));
      given = false;
    });
    input.addEventListener("focus", () => {
      if (given) given = false;
      else void this.find(this.asks(input));
    });
    input.addEventListener("blur", () => setTimeout(() => document.activeElement !== input && this.close(), 200));
    // Only a choice is a change: what the text alone tells on leaving would ask the form's parts again, over what was just ticked there.
    input.addEventListener("change", (event) => event.stopPropagation());
    input.addEventListener("keydown", (event) => this.key(event));
    // The cursor stays in the input, so that leaving it doesn't close the list; chosen is with the click, as what comes after a finger's
    // first touch would fall on what lies below a list that is gone by then.
    for (const kind of ["pointerdown", "mousedown"]) list.addEventListener(kind, (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = (event.target as Element).closest<HTMLElement>(".picker-option");
      if (!option) return;
      event.preventDefault();
      event.stopPropagation();
      this.choose(option);
    });
    this.addEventListener("click", (event) => {
      const chip = (event.target as Element).closest<HTMLElement>("[data-drop]");
      if (chip) {
        this.store(this.keys().filter((key) => key !== chip.dataset.drop));
        chip.closest(".chip")?.remove();
      }
    });
  }

  private hidden_(): HTMLInputElement {
    return this.querySelector<HTMLInputElement>("input[type=hidden]")!;
  }
  // What is chosen already is no search: all is offered in its place.
  private asks(input: HTMLInputElement): string {
    return this.keys().length && !this.hasAttribute("data-many") ? "" : input.value;
  }
  private keys(): string[] {
    return this.hidden_().value.split(";")[0].split(",").filter(Boolean);
  }
  // Connections also say which records the person has seen, so that what others add meanwhile is not taken out.
  private store(keys: string[]): void {
    this.hidden_().value = keys.join(",") + (this.hasAttribute("data-links") ? `;${this.hidden_().dataset.seen ?? ""}` : "");
    this.hidden_().dispatchEvent(new Event("change", { bubbles: true }));
  }

  private async find(text: string): Promise<void> {
    const turn = ++this.asked;
    const url = new URL(this.dataset.url ?? "", location.href);
    url.searchParams.set("q", text);
    const answer = await fetch(url).catch(() => null);
    if (!answer?.ok) return;
    const { results } = (await answer.json()) as { results: Found[] };
    // Looked at after the last wait: who chose or left meanwhile must not find the list over what comes next.
    if (turn !== this.asked) return;
    const list = this.querySelector<HTMLElement>(".picker-list")!;
    list.replaceChildren(
      ...results.map((found, index) => {
        const option = document.createElement("div");
        option.className = "picker-option";
        option.id = `${list.id}-${index}`;
        option.setAttribute("role", "option");
        option.dataset.value = found.value;
        option.dataset.label = found.label;
        option.textContent = found.label;
        if (found.detail) {
          const detail = document.createElement("span");
          detail.className = "muted";
          detail.textContent = `　${found.detail}`;
          option.append(detail);
        }
        if (found.why) {
          const why = document.createElement("span");
          why.className = "chip chip-amber chip-wrap";
          why.textContent = found.why;
          option.append(" ", why);
        }
        return option;
      }),
    );
    if (!results.length && text) {
      const none = document.createElement("div");
      none.className = "picker-option muted";
      none.textContent = this.dataset.none ?? "";
      none.dataset.value = "";
      list.append(none);
    }
    list.hidden = !list.childElementCount;
    this.querySelector("input[type=text]")?.setAttribute("aria-expanded", String(!list.hidden));
  }

  private key(event: KeyboardEvent): void {
    if (isImeKey(event)) return;
    const options = [...this.querySelectorAll<HTMLElement>(".picker-option")];
    const at = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.querySelector<HTMLElement>(".picker-list")!.hidden) return void this.find((event.target as HTMLInputElement).value);
      const next = options[(at + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length];
      options.forEach((one) => one.setAttribute("aria-selected", String(one === next)));
      (event.target as Element).setAttribute("aria-activedescendant", next?.id ?? "");
      next?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && !this.querySelector<HTMLElement>(".picker-list")!.hidden) {
      event.preventDefault();
      const option = options[at >= 0 ? at : 0];
      if (option) this.choose(option);
    } else if (event.key === "Escape" && !this.querySelector<HTMLElement>(".picker-list")!.hidden) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  }

  private choose(option: HTMLElement): void {
    const value = option.dataset.value ?? "";
    if (!value) return;
    const input = this.querySelector<HTMLInputElement>("input[type=text]")!;
    if (this.hasAttribute("data-many")) {
      if (!this.keys().includes(value)) {
        const chip = document.createElement("span");
        chip.className = "chip chip-accent";
        chip.textContent = option.dataset.label ?? "";
        const drop = document.createElement("button");
        drop.type = "button";
        drop.dataset.drop = value;
        drop.textContent = "×";
        drop.setAttribute("aria-label", `× ${option.dataset.label}`);
        chip.append(drop);
        this.querySelector("[data-chips]")?.append(chip);
        this.store([...this.keys(), value]);
      }
      input.value = "";
    } else {
      input.value = option.dataset.label ?? "";
      this.store([value]);
    }
    this.close();
  }

  private close(): void {
    clearTimeout(this.timer);
    this.asked++;
    this.querySelector<HTMLElement>(".picker-list")!.hidden = true;
    this.querySelector("input[type=text]")?.setAttribute("aria-expanded", "false");
  }
}
customElements.define("record-picker", RecordPicker);
