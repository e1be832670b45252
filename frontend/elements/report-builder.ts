// The builder of reports: shows beside a field only what goes with its kind, and begins anew for another entity.
class ReportBuilder extends HTMLElement {
  connectedCallback(): void {
    this.arrange();
    this.addEventListener("change", (event) => {
      const target = event.target as HTMLElement;
      if (target.matches("[data-entity]")) location.href = `/reports/new/?entity=${encodeURIComponent((target as HTMLSelectElement).value)}`;
      else this.arrange();
    });
  }

  private arrange(): void {
    for (const select of this.querySelectorAll<HTMLSelectElement>("[data-dimension]")) {
      const kind = select.selectedOptions[0]?.dataset.kind ?? "";
      const beside = this.querySelector<HTMLElement>(`[data-for="${select.name}"]`)!;
      const bucket = beside.querySelector("select")!;
      beside.hidden = !kind;
      for (const option of bucket.options) option.hidden = option.disabled = option.dataset.of !== kind;
      if (kind && bucket.selectedOptions[0]?.disabled !== false) bucket.value = kind === "date" ? "month" : "";
      beside.querySelector<HTMLElement>("[data-edges]")!.hidden = kind !== "number" || bucket.value !== "bands";
    }
  }
}
customElements.define("report-builder", ReportBuilder);
