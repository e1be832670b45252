// The condition builder: rows of field – operator – value, joined by and/or; its result is the JSON of the condition language.
type Kind = { name: string; label: string; operators: { value: string; label: string }[]; input: string; options: { value: string; label: string }[] };
type Leaf = { field: string; op: string; value?: unknown };

const NONE = new Set(["empty", "not_empty", "today", "this_week", "this_month", "last_month", "next_month", "this_year"]);

class ConditionBuilder extends HTMLElement {
  private kinds: Kind[] = [];

  connectedCallback(): void {
    if (this.dataset.ready) return;
    this.dataset.ready = "1";
    this.kinds = JSON.parse(this.querySelector("script[data-kinds]")?.textContent ?? "[]") as Kind[];
    const rows = this.rows();
    const held = JSON.parse(this.dataset.value || "null") as { all?: Leaf[]; any?: Leaf[] } & Partial<Leaf> | null;
    const leaves = (held?.all ?? held?.any ?? (held?.field ? [held as Leaf] : [])).filter((one) => one.field);
    const join = this.querySelector<HTMLSelectElement>("[data-join]");
    if (join && held?.any) join.value = "any";
    leaves.forEach((leaf) => rows.append(this.row(leaf)));
    if (!leaves.length) rows.append(this.row());
    this.querySelector("[data-add]")?.addEventListener("click", () => rows.append(this.row()));
    this.closest("form")?.addEventListener("submit", () => this.write(), true);
  }

  private rows(): HTMLElement {
    return this.querySelector<HTMLElement>("[data-rows]")!;
  }

  private select(options: { value: string; label: string }[], value: string, label: string): HTMLSelectElement {
    const select = document.createElement("select");
    select.className = "select";
    select.setAttribute("aria-label", label);
    select.append(...options.map((one) => new Option(one.label, one.value, false, one.value === value)));
    return select;
  }

  private row(leaf?: Leaf): HTMLElement {
    const row = document.createElement("div");
    row.className = "condition-row";
    const first = this.kinds.find((kind) => kind.name === leaf?.field) ?? this.kinds[0];
    const field = this.select(this.kinds.map((kind) => ({ value: kind.name, label: kind.label })), first.name, this.dataset.fieldLabel ?? "");
    const rest = document.createElement("div");
    rest.className = "contents";
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "btn btn-ghost btn-square";
    drop.textContent = "×";
    drop.setAttribute("aria-label", this.dataset.dropLabel ?? "");
    drop.addEventListener("click", () => row.remove());
    const fill = (kind: Kind, op?: string, value?: unknown) => {
      const operator = this.select(kind.operators, op ?? kind.operators[0].value, this.dataset.operatorLabel ?? "");
      operator.dataset.operator = "1";
      const place = document.createElement("div");
      place.className = "place";
      const inputs = () => {
        place.replaceChildren();
        if (NONE.has(operator.value)) return;
        const many = operator.value === "between" ? 2 : 1;
        for (let i = 0; i < many; i++) {
          const one = Array.isArray(value) ? value[i] : value;
          let input: HTMLElement;
          if (kind.options.length && ["in", "not_in"].includes(operator.value)) {
            const select = this.select(kind.options, "", this.dataset.valueLabel ?? "");
            select.multiple = true;
            select.size = Math.min(5, kind.options.length);
            select.classList.add("h-auto");
            for (const option of select.options) option.selected = Array.isArray(value) && value.map(String).includes(option.value);
            input = select;
          } else if (kind.options.length) input = this.select(kind.options, String(one ?? ""), this.dataset.valueLabel ?? "");
          else {
            const text = document.createElement("input");
            text.className = "input";
            text.type = operator.value.endsWith("_days") ? "number" : kind.input;
            text.value = String((["in", "not_in"].includes(operator.value) && Array.isArray(value) ? value.join(",") : one) ?? "");
            text.setAttribute("aria-label", this.dataset.valueLabel ?? "");
            input = text;
          }
          input.dataset.input = "1";
          place.append(input);
        }
      };
      operator.addEventListener("change", () => { value = undefined; inputs(); });
      inputs();
      rest.replaceChildren(operator, place);
    };
    field.addEventListener("change", () => fill(this.kinds.find((kind) => kind.name === field.value)!));
    fill(first, leaf?.op, leaf?.value);
    row.append(field, rest, drop);
    return row;
  }

  private write(): void {
    const leaves: Leaf[] = [];
    for (const row of this.rows().children) {
      const field = row.querySelector<HTMLSelectElement>("select")!.value;
      const op = row.querySelector<HTMLSelectElement>("[data-operator]")!.value;
      const inputs = [...row.querySelectorAll<HTMLInputElement | HTMLSelectElement>("[data-input]")];
      const values = inputs.flatMap((one) => (one instanceof HTMLSelectElement && one.multiple ? [...one.selectedOptions].map((o) => o.value) : [one.value]));
      if (NONE.has(op)) leaves.push({ field, op });
      else if (["in", "not_in"].includes(op)) {
        const list = values.flatMap((one) => one.split(",")).map((one) => one.trim()).filter(Boolean);
        if (list.length) leaves.push({ field, op, value: list });
      } else if (op === "between") {
        if (values.every(Boolean)) leaves.push({ field, op, value: values });
      } else if (values[0]) leaves.push({ field, op, value: op.endsWith("_days") ? Number(values[0]) : values[0] });
    }
    const join = this.querySelector<HTMLSelectElement>("[data-join]")?.value ?? "all";
    const target = this.querySelector<HTMLInputElement>("input[name=filter]")!;
    target.value = !leaves.length ? "" : leaves.length === 1 && join === "all" ? JSON.stringify(leaves[0]) : JSON.stringify({ [join]: leaves });
  }
}
customElements.define("condition-builder", ConditionBuilder);
