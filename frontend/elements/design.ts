// The designer: <design-layout> keeps sections, fields and columns in the order they are dragged to (mouse, finger, or the
// arrows beside them) and stores each change at once; <choice-editor> edits the list of a choice.
import Sortable from "sortablejs";
import { postForm } from "../core/forms";
import { busy } from "../core/htmx";
import { offline, readHeader } from "../core/toasts";

async function store(url: string, values: Record<string, string>): Promise<{ seen?: string }> {
  busy(1);
  try {
    const answer = await postForm(url, values);
    readHeader(answer.headers.get("HX-Trigger"));
    return answer.headers.get("Content-Type")?.startsWith("application/json") ? ((await answer.json()) as { seen?: string }) : {};
  } catch {
    offline();
    return {};
  } finally {
    busy(-1);
  }
}

class DesignLayout extends HTMLElement {
  private timer = 0;

  connectedCallback(): void {
    if (this.dataset.ready) return;
    this.dataset.ready = "1";
    this.querySelectorAll<HTMLElement>("[data-fields],[data-columns]").forEach((one) => this.arm(one));
    this.addEventListener("change", (event) => {
      const target = event.target as Element;
      if (target.matches("[data-section-label],[data-on],[data-layout]")) this.save();
    });
    this.addEventListener("click", (event) => {
      const button = (event.target as Element).closest("button");
      if (!button) return;
      if (button.matches("[data-up],[data-down]")) this.step(button.closest<HTMLElement>(".design-line")!, button.matches("[data-up]"), button);
      if (button.matches("[data-section-up],[data-section-down]")) {
        const section = button.closest<HTMLElement>("[data-section]")!;
        const other = button.matches("[data-section-up]") ? section.previousElementSibling : section.nextElementSibling;
        if (!other?.matches("[data-section]")) return;
        if (button.matches("[data-section-up]")) other.before(section);
        else other.after(section);
        button.focus();
        this.save();
      }
      if (button.matches("[data-add-section]")) {
        const made = (this.querySelector<HTMLTemplateElement>("[data-section-template]")!.content.cloneNode(true) as DocumentFragment).querySelector<HTMLElement>("[data-section]")!;
        const last = [...this.querySelectorAll("[data-section]")].pop();
        if (last) last.after(made);
        else this.querySelector("[data-sections]")!.prepend(made);
        this.arm(made.querySelector<HTMLElement>("[data-fields]")!);
        made.querySelector<HTMLInputElement>("input")?.focus();
      }
    });
  }

  private arm(list: HTMLElement): void {
    Sortable.create(list, {
      group: list.matches("[data-columns]") ? "columns" : "fields",
      handle: ".grip",
      draggable: ".design-line",
      animation: 120,
      forceFallback: true,
      fallbackTolerance: 4,
      onEnd: () => this.save(),
    });
  }

  private step(line: HTMLElement, up: boolean, button: HTMLElement): void {
    const other = up ? line.previousElementSibling : line.nextElementSibling;
    if (other) {
      if (up) other.before(line);
      else other.after(line);
    } else {
      const lists = [...this.querySelectorAll<HTMLElement>(line.matches("[data-column]") ? "[data-columns]" : "[data-fields]")].filter((one) => !one.closest("template"));
      const next = lists[lists.indexOf(line.parentElement!) + (up ? -1 : 1)];
      if (!next) return;
      if (up) next.append(line);
      else next.prepend(line);
    }
    button.focus();
    this.save();
  }

  // One after the other: each tells what the one before it made of the page.
  private sent: Promise<void> = Promise.resolve();
  private save(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => (this.sent = this.sent.then(() => this.send())), 250);
  }

  private async send(): Promise<void> {
    const layout: Record<string, unknown> = {
      sections: [...this.querySelectorAll<HTMLElement>("[data-section]")].map((section) => ({
        label: section.querySelector<HTMLInputElement>("[data-section-label]")?.value ?? "",
        folded: section.hasAttribute("data-folded"),
        fields: [...section.querySelectorAll<HTMLElement>("[data-field]")].map((one) => one.dataset.field),
      })),
      columns: [...this.querySelectorAll<HTMLElement>("[data-column]")].filter((one) => one.querySelector<HTMLInputElement>("[data-on]")?.checked).map((one) => one.dataset.column),
    };
    this.querySelectorAll<HTMLSelectElement>("[data-layout]").forEach((one) => (layout[one.dataset.layout!] = one.value));
    const { seen } = await store(this.dataset.url ?? "", { layout: JSON.stringify(layout), seen: this.dataset.seen ?? "" });
    if (seen) this.dataset.seen = seen;
  }
}
customElements.define("design-layout", DesignLayout);

// The owner's own entities in the order of the menu.
class DesignOrder extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLElement>("[data-up],[data-down]");
      const row = button?.closest<HTMLElement>("[data-entity]");
      const other = button?.matches("[data-up]") ? row?.previousElementSibling : row?.nextElementSibling;
      if (!button || !row || !(other as HTMLElement | null)?.dataset.entity) return;
      if (button.matches("[data-up]")) other!.before(row);
      else other!.after(row);
      button.focus();
      void store(this.dataset.url ?? "", { names: [...this.querySelectorAll<HTMLElement>("[data-entity]")].map((one) => one.dataset.entity).filter(Boolean).join(",") });
    });
  }
}
customElements.define("design-order", DesignOrder);

type Choice = { value?: string; label: string; colour?: string; retired?: boolean; outcome?: string };

class ChoiceEditor extends HTMLElement {
  connectedCallback(): void {
    if (this.dataset.ready) return;
    this.dataset.ready = "1";
    const held = JSON.parse(this.dataset.value || "[]") as Choice[];
    (held.length ? held : [{ label: "" }, { label: "" }]).forEach((one) => this.add(one));
    this.querySelector("[data-add]")?.addEventListener("click", () => this.add({ label: "" }).focus());
    this.addEventListener("input", () => this.write());
    this.addEventListener("change", () => this.write());
    new Sortable(this.rows(), { handle: ".grip", animation: 120, forceFallback: true, onEnd: () => this.write() });
    this.write();
  }

  private rows(): HTMLElement {
    return this.querySelector<HTMLElement>("[data-rows]")!;
  }

  private select(options: [string, string][], value: string, label: string, name: string): HTMLSelectElement {
    const made = document.createElement("select");
    made.className = "select";
    made.dataset[name] = "1";
    made.setAttribute("aria-label", label);
    made.append(...options.map(([one, word]) => new Option(word, one, false, one === value)));
    return made;
  }

  private add(one: Choice): HTMLInputElement {
    const row = document.createElement("div");
    row.className = "choice-edit";
    row.dataset.value = one.value ?? "";
    row.dataset.retired = one.retired ? "1" : "";
    const grip = document.createElement("span");
    grip.className = "grip";
    grip.textContent = "⋮⋮";
    grip.setAttribute("aria-hidden", "true");
    const input = document.createElement("input");
    input.className = "input";
    input.maxLength = 60;
    input.value = one.label;
    input.setAttribute("aria-label", this.dataset.wordName ?? "");
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing && event.keyCode !== 229) {
        event.preventDefault();
        this.add({ label: "" }).focus();
      }
    });
    const colours = JSON.parse(this.querySelector("[data-colours]")?.textContent ?? "[]") as [string, string][];
    const colour = this.select(colours, one.colour ?? "grey", this.dataset.wordColour ?? "", "colour");
    row.append(grip, input);
    if (!this.hasAttribute("data-plain")) row.append(colour);
    if (this.hasAttribute("data-outcomes")) {
      const words: [string, string][] = [["", this.dataset.wordOpen ?? ""], ["won", this.dataset.wordWon ?? ""], ["lost", this.dataset.wordLost ?? ""]];
      row.append(this.select(words, one.outcome ?? "", this.dataset.wordOutcome ?? "", "outcome"));
    }
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "btn btn-ghost btn-square";
    drop.textContent = "×";
    drop.setAttribute("aria-label", this.dataset.wordDrop ?? "");
    // What records may hold isn't thrown away but set aside, where it can be fetched back from.
    const show = (): void => {
      const retired = row.dataset.retired === "1";
      row.classList.toggle("retired", retired);
      drop.classList.toggle("btn-square", !retired);
      drop.textContent = retired ? (this.dataset.wordBack ?? "") : "×";
      if (retired) drop.removeAttribute("aria-label");
      else drop.setAttribute("aria-label", this.dataset.wordDrop ?? "");
      input.readOnly = retired;
    };
    drop.addEventListener("click", () => {
      if (row.dataset.value) {
        row.dataset.retired = row.dataset.retired === "1" ? "" : "1";
        show();
      } else row.remove();
      this.write();
    });
    row.append(drop);
    show();
    this.rows().append(row);
    return input;
  }

  private write(): void {
    const made = [...this.rows().children].map((row) => ({
      value: (row as HTMLElement).dataset.value,
      label: row.querySelector("input")!.value.trim(),
      colour: row.querySelector<HTMLSelectElement>("[data-colour]")?.value ?? "",
      outcome: row.querySelector<HTMLSelectElement>("[data-outcome]")?.value ?? "",
      retired: (row as HTMLElement).dataset.retired === "1",
    }));
    this.querySelector<HTMLInputElement>("input[name=choices]")!.value = JSON.stringify(made.filter((one) => one.label));
  }
}
customElements.define("choice-editor", ChoiceEditor);

// A new connection is called like what it leads to, until somebody names it.
document.addEventListener("change", (event) => {
  const select = (event.target as Element).closest<HTMLSelectElement>("[data-connection-to]");
  const label = select?.form?.querySelector<HTMLInputElement>("[data-connection-label]");
  if (select && label && (!label.value || label.dataset.given)) {
    label.value = select.selectedOptions[0]?.text ?? "";
    label.dataset.given = "1";
  }
});
document.addEventListener("input", (event) => {
  const label = (event.target as Element).closest<HTMLInputElement>("[data-connection-label]");
  if (label) delete label.dataset.given;
});
