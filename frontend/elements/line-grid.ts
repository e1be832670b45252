// <line-grid data-grid> : the lines of a quote, an order … as a grid; what it holds is JSON in the hidden input.
// Sums are shown at once as one types; the server reckons them anew and is right.
import Sortable from "sortablejs";
import { isImeKey } from "../core/ime";

type Option = { value: string; label: string };
type Column = { name: string; label: string; kind: string; fixed: boolean; must: boolean; options: Option[]; url: string };
type Row = Record<string, string | number | null>;
type Found = { value: string; label: string; detail?: string; fill?: Row };
type Known = {
  columns: Column[];
  labels: Record<string, Record<string, string>>;
  words: Record<string, string>;
  new: Row;
  pick?: string;
  rates?: Record<string, number>;
  mode?: string;
  rounding?: string;
  discount?: number;
};

const number = (text: unknown): number => {
  const plain = String(text ?? "").normalize("NFKC").replace(/[,、\s¥円%]/g, "").replace(/^[△▲−－]/, "-");
  const value = Number(plain);
  return plain && Number.isFinite(value) ? value : 0;
};
const yen = (value: number): string => (value < 0 ? "-¥" : "¥") + Math.abs(value).toLocaleString("ja-JP");
// Decimal places that binary fractions get wrong (1.005) are put right before rounding.
const exact = (value: number): number => Number(value.toPrecision(15));
const half = (value: number): number => Math.sign(value) * Math.floor(exact(Math.abs(value)) + 0.5);
const rounded = (value: number, how: string): number => {
  const size = exact(Math.abs(value));
  return Math.sign(value) * (how === "ceil" ? Math.ceil(size) : how === "half" ? Math.floor(size + 0.5) : Math.floor(size)) || 0;
};

// What a line holds, with what has no column.
const held = new WeakMap<Element, Row>();

class LineGrid extends HTMLElement {
  private known!: Known;
  private rows: Row[] = [];
  private turn = 0;
  private timer = 0;

  connectedCallback(): void {
    if (this.dataset.ready) return;
    this.dataset.ready = "1";
    this.known = JSON.parse(this.dataset.grid ?? "{}") as Known;
    try {
      const held: unknown = JSON.parse(this.store().value || "[]");
      this.rows = Array.isArray(held) ? (held as Row[]) : [];
    } catch {
      this.rows = [];
    }
    const body = document.createElement("div");
    body.className = "lg-rows";
    body.setAttribute("role", "list");
    const foot = document.createElement("div");
    foot.className = "lg-foot";
    const add = this.button("btn small", this.known.words.add, this.known.words.add);
    add.addEventListener("click", () => this.add());
    const sums = document.createElement("dl");
    sums.className = "lines-sums";
    sums.setAttribute("aria-live", "polite");
    foot.append(add, sums);
    this.append(this.head(), body, foot);
    if (!this.rows.length) this.rows.push({ ...this.known.new });
    this.rows.forEach((row) => body.append(this.line(row)));
    Sortable.create(body, { handle: ".lg-grip", draggable: ".lg-row", animation: 120, forceFallback: true, onEnd: () => this.changed() });
    this.addEventListener("change", (event) => event.stopPropagation());
    this.addEventListener("keydown", (event) => this.key(event));
    this.closest("form")?.addEventListener("input", () => this.sum());
    this.closest("form")?.addEventListener("change", () => this.sum());
    this.changed();
  }

  private store(): HTMLInputElement {
    return this.querySelector<HTMLInputElement>("input[type=hidden]")!;
  }
  private lines(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>(".lg-row")];
  }
  private button(style: string, text: string, label: string): HTMLButtonElement {
    const made = document.createElement("button");
    made.type = "button";
    made.className = style;
    made.textContent = text;
    made.setAttribute("aria-label", label);
    return made;
  }

  private head(): HTMLElement {
    const head = document.createElement("div");
    head.className = "lg-head";
    head.setAttribute("aria-hidden", "true");
    for (const column of this.known.columns) {
      const cell = document.createElement("span");
      cell.className = `lg-${column.name}`;
      cell.textContent = column.label;
      head.append(cell);
    }
    return head;
  }

  // A line: its inputs, a grip, buttons to move and remove it. What has no column stays with it.
  private line(row: Row): HTMLElement {
    const made = document.createElement("div");
    made.className = "lg-row";
    made.setAttribute("role", "listitem");
    held.set(made, { ...row });
    const grip = document.createElement("span");
    grip.className = "lg-grip";
    grip.textContent = "⠿";
    grip.title = this.known.words.drag;
    made.append(grip);
    for (const column of this.known.columns) made.append(this.cell(made, column, row[column.name]));
    const tools = document.createElement("span");
    tools.className = "lg-tools";
    const move = (step: number) => this.move(made, step);
    const up = this.button("btn btn-ghost btn-square small lg-move", "↑", this.known.words.up);
    const down = this.button("btn btn-ghost btn-square small lg-move", "↓", this.known.words.down);
    const drop = this.button("btn btn-ghost btn-square small", "×", this.known.words.remove);
    up.addEventListener("click", () => move(-1));
    down.addEventListener("click", () => move(1));
    drop.addEventListener("click", () => this.remove_(made));
    tools.append(up, down, drop);
    made.append(tools);
    return made;
  }

  private cell(line: HTMLElement, column: Column, value: Row[string]): HTMLElement {
    const box = document.createElement("label");
    box.className = `lg-cell lg-${column.name}`;
    const name = document.createElement("span");
    name.className = "lg-label";
    name.textContent = column.label;
    box.append(name);
    if (column.fixed) {
      const output = document.createElement("output");
      output.className = "lg-output";
      output.dataset.name = column.name;
      box.append(output);
      return box;
    }
    if (column.options.length) {
      const select = document.createElement("select");
      select.className = "select";
      select.dataset.name = column.name;
      for (const option of column.options) select.add(new Option(option.label, option.value, false, option.value === value));
      select.setAttribute("aria-label", column.label);
      select.addEventListener("input", () => this.changed());
      box.append(select);
      return box;
    }
    const input = document.createElement("input");
    const numeric = ["number", "money", "percent"].includes(column.kind);
    input.className = numeric ? "input text-right" : "input";
    input.type = column.kind === "date" ? "date" : "text";
    if (numeric) input.inputMode = "decimal";
    input.autocomplete = "off";
    input.dataset.name = column.name;
    input.setAttribute("aria-label", column.label);
    const picks = column.kind === "reference" ? column.url : column.name === "text" ? (this.known.pick ?? "") : "";
    if (column.kind === "reference") input.value = this.known.labels[column.name]?.[String(value)] ?? "";
    else input.value = value === null || value === undefined ? "" : String(value);
    input.addEventListener("input", () => {
      if (column.kind === "reference") this.row(line)[column.name] = null;
      this.changed();
      if (picks) {
        clearTimeout(this.timer);
        this.timer = window.setTimeout(() => void this.find(input, line, column, picks), 150);
      }
    });
    box.append(input);
    if (picks) {
      input.setAttribute("role", "combobox");
      input.setAttribute("aria-expanded", "false");
      input.setAttribute("aria-autocomplete", "list");
      const list = document.createElement("div");
      list.className = "picker-list";
      list.id = `lg-${Math.random().toString(36).slice(2)}`;
      list.setAttribute("role", "listbox");
      list.setAttribute("aria-label", column.label);
      list.hidden = true;
      input.setAttribute("aria-controls", list.id);
      input.addEventListener("focus", () => void this.find(input, line, column, picks));
      // Only its own list: the next line's may be open by then.
      input.addEventListener("blur", () =>
        setTimeout(() => {
          if (document.activeElement === input) return;
          list.hidden = true;
          input.setAttribute("aria-expanded", "false");
        }, 200),
      );
      box.classList.add("picker");
      box.append(list);
    }
    return box;
  }

  private row(line: HTMLElement): Row {
    return held.get(line)!;
  }

  private async find(input: HTMLInputElement, line: HTMLElement, column: Column, address: string): Promise<void> {
    const turn = ++this.turn;
    const url = new URL(address, location.href);
    const form = this.closest("form");
    const chosen = form?.querySelector<HTMLInputElement>("input[name=account]")?.value || this.dataset.account || "";
    url.searchParams.set("q", column.kind === "reference" && this.row(line)[column.name] ? "" : input.value);
    if (chosen) url.searchParams.set("account", chosen);
    const answer = await fetch(url).catch(() => null);
    if (!answer?.ok) return;
    const { results } = (await answer.json()) as { results: Found[] };
    if (turn !== this.turn || document.activeElement !== input) return;
    const list = input.parentElement!.querySelector<HTMLElement>(".picker-list")!;
    list.replaceChildren(
      ...results.map((found, place) => {
        const option = document.createElement("div");
        option.className = "picker-option";
        option.id = `${list.id}-${place}`;
        option.setAttribute("role", "option");
        option.textContent = found.label;
        if (found.detail) {
          const detail = document.createElement("span");
          detail.className = "muted";
          detail.textContent = `　${found.detail}`;
          option.append(detail);
        }
        option.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          this.choose(line, column, found);
        });
        return option;
      }),
    );
    list.hidden = !results.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
  }

  private choose(line: HTMLElement, column: Column, found: Found): void {
    if (column.kind === "reference") this.row(line)[column.name] = Number(found.value);
    this.input(line, column.name)!.value = found.label;
    for (const [name, value] of Object.entries(found.fill ?? {})) {
      const input = this.input(line, name);
      if (input) input.value = value === null ? "" : String(value);
      else this.row(line)[name] = value;
    }
    this.shut();
    this.changed();
    const next = found.fill ? this.input(line, "quantity") : null;
    if (next && !next.value) next.value = "1";
    this.changed();
    next?.focus();
    (next as HTMLInputElement | null)?.select();
  }

  private input(line: HTMLElement, name: string): HTMLInputElement | null {
    return line.querySelector<HTMLInputElement>(`[data-name="${name}"]:not(output)`);
  }

  private shut(): void {
    clearTimeout(this.timer);
    this.turn++;
    this.querySelectorAll<HTMLElement>(".picker-list").forEach((list) => (list.hidden = true));
    this.querySelectorAll("[aria-expanded=true]").forEach((input) => input.setAttribute("aria-expanded", "false"));
  }

  private add(after?: HTMLElement): HTMLElement {
    const line = this.line({ ...this.known.new });
    const body = this.querySelector(".lg-rows")!;
    if (after) after.after(line);
    else body.append(line);
    this.changed();
    line.querySelector<HTMLInputElement>("input")?.focus();
    return line;
  }
  private remove_(line: HTMLElement): void {
    const next = (line.nextElementSibling ?? line.previousElementSibling) as HTMLElement | null;
    line.remove();
    if (!this.lines().length) this.add();
    else next?.querySelector<HTMLInputElement>("input")?.focus();
    this.changed();
  }
  private move(line: HTMLElement, step: number): void {
    const other = step < 0 ? line.previousElementSibling : line.nextElementSibling;
    const focused = document.activeElement as HTMLElement;
    if (step < 0) other?.before(line);
    else other?.after(line);
    focused.focus();
    this.changed();
  }

  // Enter goes to the same column of the next line (a new one after the last), Alt and arrows move the line.
  private key(event: KeyboardEvent): void {
    if (isImeKey(event)) return;
    const target = event.target as HTMLElement;
    const line = target.closest<HTMLElement>(".lg-row");
    if (!line) return;
    const list = target.parentElement?.querySelector<HTMLElement>(".picker-list");
    const open = list && !list.hidden;
    const options = open ? [...list.querySelectorAll<HTMLElement>(".picker-option")] : [];
    const at = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      this.move(line, event.key === "ArrowUp" ? -1 : 1);
    } else if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const next = options[(at + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length];
      options.forEach((one) => one.setAttribute("aria-selected", String(one === next)));
      target.setAttribute("aria-activedescendant", next?.id ?? "");
      next?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      this.shut();
    } else if (event.key === "Enter" && target.tagName !== "BUTTON") {
      event.preventDefault();
      event.stopPropagation();
      if (open && at >= 0) options[at].dispatchEvent(new PointerEvent("pointerdown", { bubbles: true, cancelable: true }));
      else {
        this.shut();
        const below = (line.nextElementSibling as HTMLElement | null) ?? this.add();
        this.input(below, target.dataset.name ?? "")?.focus();
      }
    }
  }

  private changed(): void {
    const rows = this.lines().map((line) => {
      const row = this.row(line);
      for (const column of this.known.columns) {
        const input = this.input(line, column.name);
        if (input && column.kind !== "reference") row[column.name] = input.value;
      }
      if (this.known.rates) row.amount = this.amount(row);
      const output = line.querySelector<HTMLOutputElement>('output[data-name="amount"]');
      if (output) output.value = yen(Number(row.amount ?? 0));
      return row;
    });
    const empty = (row: Row) => this.known.columns.every((column) => column.fixed || column.name in this.known.new || row[column.name] === "" || row[column.name] == null);
    const sent = rows.filter((row) => !empty(row)).map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => name !== "amount")));
    this.store().value = JSON.stringify(sent);
    this.lines().forEach((line, place) => line.setAttribute("aria-label", `${place + 1}${this.known.words.row}`));
    this.sum();
  }

  private amount(row: Row): number {
    const quantity = row.quantity === "" || row.quantity == null ? 1 : number(row.quantity);
    const full = quantity * number(row.unit_price) * (1 - number(row.discount_percent) / 100);
    return half(full) - number(row.discount);
  }

  private said(name: string, usual: string): string {
    const input = this.closest("form")?.querySelector<HTMLInputElement | HTMLSelectElement>(`[name="${name}"]`);
    return input ? input.value : usual;
  }

  // As `sales/tax.py`: one rounding per rate, a discount on the whole shared out by rate.
  private sum(): void {
    const { rates, words } = this.known;
    const place = this.querySelector<HTMLElement>(".lg-foot .lines-sums");
    if (!rates || !place) return;
    const sums = new Map<string, number>();
    for (const line of this.lines()) {
      const row = this.row(line);
      const code = String(row.tax_code || "standard");
      if (row.amount) sums.set(code, (sums.get(code) ?? 0) + Number(row.amount));
    }
    const discount = number(this.said("discount", String(this.known.discount ?? 0)));
    const how = this.said("rounding", this.known.rounding ?? "floor");
    const included = this.said("tax_mode", this.known.mode ?? "excluded") === "included";
    const base = Object.keys(rates).map((code): [string, number] => [code, sums.get(code) ?? 0]).filter(([, amount]) => amount > 0);
    const total = base.reduce((sum, [, amount]) => sum + amount, 0);
    const off = new Map<string, number>();
    if (discount && total) {
      let rest = discount;
      for (const [code, amount] of base) {
        const share = Math.trunc((discount * amount) / total);
        off.set(code, share);
        rest -= share;
      }
      const largest = base.reduce((one, other) => (other[1] > one[1] ? other : one))[0];
      off.set(largest, (off.get(largest) ?? 0) + rest);
    }
    let net = 0;
    let tax = 0;
    for (const [code, sum] of sums) {
      const amount = sum - (off.get(code) ?? 0);
      const rate = rates[code] ?? 0;
      const part = rounded(included ? (amount * rate) / (100 + rate) : (amount * rate) / 100, how);
      net += included ? amount - part : amount;
      tax += part;
    }
    const rows: [string, number][] = this.known.mode === undefined ? [[words.sum, net]] : [[words.net, net], [words.tax, tax], [words.total, net + tax]];
    place.replaceChildren(
      ...rows.map(([label, value]) => {
        const row = document.createElement("div");
        const dt = document.createElement("dt");
        const dd = document.createElement("dd");
        dt.textContent = label;
        dd.textContent = yen(value);
        row.append(dt, dd);
        return row;
      }),
    );
  }
}
customElements.define("line-grid", LineGrid);
