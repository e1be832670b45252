// The tiles of a dashboard in their order: dragged by the grip, moved by buttons; the form sends them as they stand.
import Sortable from "sortablejs";

class TileOrder extends HTMLElement {
  connectedCallback(): void {
    const list = this.querySelector<HTMLElement>("[data-tiles]")!;
    Sortable.create(list, { handle: ".grip", animation: 120, forceFallback: true, fallbackTolerance: 4 });
    this.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLElement>("[data-up], [data-down], [data-drop]");
      const row = button?.closest<HTMLElement>(".tile-row");
      if (!button || !row) return;
      if (button.hasAttribute("data-drop")) row.remove();
      else if (button.hasAttribute("data-up")) row.previousElementSibling?.before(row);
      else row.nextElementSibling?.after(row);
      button.focus();
    });
    const add = this.querySelector<HTMLSelectElement>("[data-add]")!;
    add.addEventListener("change", () => {
      if (!add.value) return;
      const row = this.querySelector("template")!.content.firstElementChild!.cloneNode(true) as HTMLElement;
      row.querySelector<HTMLInputElement>("[name=report]")!.value = add.value;
      row.querySelector("[data-name]")!.textContent = add.selectedOptions[0].text;
      list.append(row);
      add.value = "";
    });
  }
}
customElements.define("tile-order", TileOrder);
