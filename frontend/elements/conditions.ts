// The condition builder: rows of field – operator – value, joined by and/or; its result is the JSON of the condition language.
// A row may also ask what hangs on a record ("has a contract that …") or be a group joined the other way ("and one of these"): its own
// rows stand below it. A part of a condition that no row can show is kept as it is.
type Word = { value: string; label: string };
type Kind = { name: string; label: string; operators: Word[]; input: string; options: Word[] | string; has?: Record<string, unknown>; to?: string; of?: Kind[] };
type Leaf = { field: string; op: string; value?: unknown };
type Tree = Partial<Leaf> & { all?: Tree[]; any?: Tree[]; has?: { field?: string; entity?: string; link?: string; where?: Tree; at_least?: number }; of?: { field: string; where?: Tree } };

const NONE = new Set(["empty", "not_empty", "today", "this_week", "this_month", "last_month", "next_month", "this_year"]);

class ConditionBuilder extends HTMLElement {
  private kinds: Kind[] = [];
  private shared: Record<string, Word[]> = {};
  private kept: Tree[] = [];

  connectedCallback(): void {
    if (this.dataset.ready) return;
    this.dataset.ready = "1";
    const offer = JSON.parse(this.querySelector("script[data-kinds]")?.textContent ?? "{}") as { kinds?: Kind[]; shared?: Record<string, Word[]> };
    this.kinds = offer.kinds ?? [];
    this.shared = offer.shared ?? {};
    const rows = this.rows();
    const held = JSON.parse(this.dataset.value || "null") as Tree | null;
    const parts = this.parts(held);
    const join = this.querySelector<HTMLSelectElement>("[data-join]");
    if (join && held?.any) join.value = "any";
    parts.forEach((one) => (this.known(this.kinds, one) ? rows.append(this.row(this.kinds, one)) : this.kept.push(one)));
    if (!rows.childElementCount) rows.append(this.row(this.kinds));
    this.querySelector("[data-add]")?.addEventListener("click", () => this.put(rows, this.row(this.kinds)));
    this.querySelector("[data-add-group]")?.addEventListener("click", () => this.put(rows, this.group(this.kinds, { [join?.value === "any" ? "all" : "any"]: [{}, {}] })));
    this.closest("form")?.addEventListener("submit", () => this.write(), true);
    this.addEventListener("change", () => this.write());
  }

  // Whether the row's kind is what the condition asks: something that hangs on the record, or the record it points to.
  private has(kind: Kind, tree: Tree): boolean {
    if (tree.of) return kind.to === tree.of.field;
    return !!kind.has && !!tree.has && kind.has.entity === tree.has.entity && kind.has.field === tree.has.field && kind.has.link === tree.has.link;
  }

  private known(kinds: Kind[], tree: Tree): boolean {
    if (tree.field) return kinds.some((kind) => kind.name === tree.field && kind.operators.some((one) => one.value === tree.op));
    if (tree.all ?? tree.any) return this.parts(tree).every((one) => this.known(kinds, one));
    const found = kinds.find((kind) => this.has(kind, tree));
    if (tree.of && !this.parts(tree.of.where).length) return false;
    return !!found && this.parts((tree.has ?? tree.of)?.where).every((one) => this.known(found.of ?? [], one));
  }

  // The conditions that stand beside each other.
  private parts(tree?: Tree | null): Tree[] {
    if (!tree || !Object.keys(tree).length) return [];
    return tree.all ?? tree.any ?? [tree];
  }

  // A new row, where one goes on writing at once.
  private put(list: HTMLElement, row: HTMLElement): void {
    list.append(row);
    row.querySelector("select")?.focus();
  }

  private joined(value: string): HTMLSelectElement {
    const words = this.querySelector<HTMLSelectElement>("[data-join]")!;
    const made = this.select([...words.options].map((one) => ({ value: one.value, label: one.label })), value, words.getAttribute("aria-label") ?? "");
    made.dataset.groupJoin = "1";
    return made;
  }

  private dropper(row: HTMLElement): HTMLButtonElement {
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "btn btn-ghost btn-square";
    drop.textContent = "×";
    drop.setAttribute("aria-label", this.dataset.dropLabel ?? "");
    drop.addEventListener("click", () => {
      row.remove();
      this.dispatchEvent(new Event("change", { bubbles: true }));
    });
    return drop;
  }

  // Rows below a row, and the button for one more.
  private nested(kinds: Kind[], label: string, parts: Tree[]): HTMLElement {
    const below = document.createElement("div");
    below.className = "conditions-below";
    const list = document.createElement("div");
    list.className = "grid gap-2";
    list.dataset.below = "1";
    const add = document.createElement("button");
    add.type = "button";
    add.className = "btn btn-ghost justify-self-start";
    add.textContent = label;
    add.addEventListener("click", () => this.put(list, this.row(kinds)));
    parts.forEach((one) => list.append(this.row(kinds, one)));
    below.append(list, add);
    return below;
  }

  private group(kinds: Kind[], tree: Tree): HTMLElement {
    const row = document.createElement("div");
    row.className = "condition-row condition-group";
    row.dataset.kind = "group";
    row.append(this.joined(tree.any ? "any" : "all"), this.dropper(row), this.nested(kinds, this.dataset.addLabel ?? "", this.parts(tree)));
    return row;
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

  private row(kinds: Kind[], leaf?: Tree): HTMLElement {
    if (leaf?.all ?? leaf?.any) return this.group(kinds, leaf!);
    const row = document.createElement("div");
    row.className = "condition-row";
    const first = kinds.find((kind) => (leaf?.has || leaf?.of ? this.has(kind, leaf) : kind.name === leaf?.field)) ?? kinds[0];
    const field = this.select(kinds.map((kind) => ({ value: kind.name, label: kind.label })), first.name, this.dataset.fieldLabel ?? "");
    const rest = document.createElement("div");
    rest.className = "contents";
    const drop = this.dropper(row);
    const fill = (kind: Kind, op?: string, value?: unknown, has?: Tree["has"]) => {
      row.querySelector(":scope > .conditions-below")?.remove();
      row.dataset.kind = kind.has ? "has" : kind.to ? "of" : "";
      if (kind.has || kind.to) return this.below(row, rest, kind, has);
      const options = typeof kind.options === "string" ? (this.shared[kind.options] ?? []) : kind.options;
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
          if (options.length && ["in", "not_in"].includes(operator.value)) {
            const select = this.select(options, "", this.dataset.valueLabel ?? "");
            select.multiple = true;
            select.size = Math.min(5, options.length);
            select.classList.add("h-auto");
            for (const option of select.options) option.selected = Array.isArray(value) && value.map(String).includes(option.value);
            input = select;
          } else if (options.length) input = this.select(options, String(one ?? ""), this.dataset.valueLabel ?? "");
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
    field.addEventListener("change", () => fill(kinds.find((kind) => kind.name === field.value)!));
    row.append(field, rest, drop);
    fill(first, leaf?.op, leaf?.value, leaf?.has ?? leaf?.of);
    return row;
  }

  // "has at least n … for which": the number, and rows about what is connected.
  private below(row: HTMLElement, rest: HTMLElement, kind: Kind, has?: Tree["has"]): void {
    const words = (this.dataset.counts ?? "").split("|");
    const least = has?.at_least ?? 1;
    const count = this.select(["1", "0", "2", "3", "5", "10"].map((value, place) => ({ value, label: words[place] ?? value })), String(least), this.dataset.operatorLabel ?? "");
    count.dataset.count = "1";
    rest.replaceChildren(kind.to ? document.createElement("div") : count, document.createElement("div"));
    const where = has?.where;
    // Several that any one of may hold stand as a group; those that all must hold stand beside each other.
    row.append(this.nested(kind.of ?? [], this.dataset.belowLabel ?? "", where?.any ? [where] : where || !kind.to ? this.parts(where) : [{}]));
    row.dataset.has = JSON.stringify(kind.has ?? { field: kind.to });
  }

  private read(list: HTMLElement): Tree[] {
    const found: Tree[] = [];
    for (const row of list.children as HTMLCollectionOf<HTMLElement>) {
      if (row.dataset.kind === "group") {
        const parts = this.read(row.querySelector<HTMLElement>(":scope > .conditions-below > [data-below]")!);
        const join = row.querySelector<HTMLSelectElement>(":scope > [data-group-join]")!.value;
        if (parts.length) found.push(parts.length === 1 ? parts[0] : { [join]: parts });
        continue;
      }
      const field = row.querySelector<HTMLSelectElement>(":scope > select")!.value;
      if (row.dataset.kind === "of") {
        const where = this.read(row.querySelector<HTMLElement>(":scope > .conditions-below > [data-below]")!);
        const to = JSON.parse(row.dataset.has ?? "{}") as NonNullable<Tree["of"]>;
        if (where.length) found.push({ of: { ...to, where: where.length === 1 ? where[0] : { all: where } } });
        continue;
      }
      if (row.dataset.kind === "has") {
        const least = Number(row.querySelector<HTMLSelectElement>("[data-count]")!.value);
        const where = this.read(row.querySelector<HTMLElement>(":scope > .conditions-below > [data-below]")!);
        const has = { ...(JSON.parse(row.dataset.has ?? "{}") as Tree["has"]) } as NonNullable<Tree["has"]>;
        if (where.length) has.where = where.length === 1 ? where[0] : { all: where };
        if (least !== 1) has.at_least = least;
        found.push({ has });
        continue;
      }
      const op = row.querySelector<HTMLSelectElement>("[data-operator]")!.value;
      const inputs = [...row.querySelectorAll<HTMLInputElement | HTMLSelectElement>("[data-input]")];
      const values = inputs.flatMap((one) => (one instanceof HTMLSelectElement && one.multiple ? [...one.selectedOptions].map((o) => o.value) : [one.value]));
      if (NONE.has(op)) found.push({ field, op });
      else if (["in", "not_in"].includes(op)) {
        const list = values.flatMap((one) => one.split(",")).map((one) => one.trim()).filter(Boolean);
        if (list.length) found.push({ field, op, value: list });
      } else if (op === "between") {
        if (values.every(Boolean)) found.push({ field, op, value: values });
      } else if (values[0]) found.push({ field, op, value: op.endsWith("_days") ? Number(values[0]) : values[0] });
    }
    return found;
  }

  private write(): void {
    const leaves = [...this.read(this.rows()), ...this.kept];
    const join = this.querySelector<HTMLSelectElement>("[data-join]")?.value ?? "all";
    const target = this.querySelector<HTMLInputElement>("input[name=filter]")!;
    target.value = !leaves.length ? "" : leaves.length === 1 && join === "all" ? JSON.stringify(leaves[0]) : JSON.stringify({ [join]: leaves });
  }
}
customElements.define("condition-builder", ConditionBuilder);
