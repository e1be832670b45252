// The board: drag with mouse and finger (SortableJS), move with the keyboard (Space lifts, arrows move, Space drops, Esc gives up).
import Sortable from "sortablejs";
import { sendDrop } from "../core/drops";
import { isImeKey } from "../core/ime";

const EDGE = 30; // pixels from the board's side, and all that lies beyond it, where the board runs along under a card that is held there
const STEP = 10;
const MEANT = 12; // pixels to a side

class BoardColumns extends HTMLElement {
  private sorters: Sortable[] = [];
  private at = NaN; // where the card is held
  private from = NaN; // where it was taken up
  private running = 0;

  connectedCallback(): void {
    this.arm();
    document.addEventListener("live-changed", (event) => {
      if (this.closest("[data-live]") === (event as CustomEvent<HTMLElement>).detail || this.contains((event as CustomEvent<HTMLElement>).detail)) this.arm();
    });
    this.addEventListener("keydown", (event) => this.key(event));
  }

  disconnectedCallback(): void {
    this.hold(false);
  }

  arm(): void {
    this.sorters.forEach((one) => one.destroy());
    if (this.hasAttribute("data-fixed")) return;
    this.sorters = [...this.querySelectorAll<HTMLElement>(".column-cards")].map((cards) =>
      Sortable.create(cards, {
        group: "board",
        draggable: ".deal-card",
        animation: 120,
        delay: 180,
        delayOnTouchOnly: true,
        touchStartThreshold: 6,
        scroll: true,
        bubbleScroll: true,
        forceFallback: true,
        fallbackTolerance: 4,
        // On a telephone the columns snap into place, which would hold the board still while it is to scroll along.
        onStart: () => this.hold(true),
        onEnd: (event) => {
          this.hold(false);
          if (event.from === event.to) return;
          void this.drop(event.item, event.from, event.oldDraggableIndex ?? 0, event.to.dataset.column ?? "");
        },
      }),
    );
  }

  // SortableJS scrolls what lies under the pointer, so nothing where it is past the board's side: at the edge of the window.
  private hold(held: boolean): void {
    const board = this.querySelector<HTMLElement>(".board");
    board?.classList.toggle("dragging", held);
    clearInterval(this.running);
    for (const name of ["pointermove", "touchmove"] as const) document.removeEventListener(name, this.follow, true);
    if (!held || !board) return;
    const { left, right } = board.getBoundingClientRect();
    this.at = this.from = NaN;
    for (const name of ["pointermove", "touchmove"] as const) document.addEventListener(name, this.follow, { capture: true, passive: true });
    this.running = window.setInterval(() => {
      if (!(Math.abs(this.at - this.from) > MEANT)) return; // only moved up and down
      if (this.at > right - EDGE) board.scrollLeft += STEP;
      else if (this.at < left + EDGE) board.scrollLeft -= STEP;
    }, 24);
  }

  private follow = (event: PointerEvent | TouchEvent): void => {
    this.at = "touches" in event ? (event.touches[0]?.clientX ?? this.at) : event.clientX;
    if (Number.isNaN(this.from)) this.from = this.at;
  };

  private async drop(card: HTMLElement, from: HTMLElement, index: number, column: string): Promise<void> {
    const back = () => {
      from.insertBefore(card, from.querySelectorAll(".deal-card")[index] ?? null);
      if (this.contains(document.activeElement) || document.activeElement === document.body) card.focus();
    };
    const answer = await sendDrop(card.dataset.move ?? "", { value: column, version: card.dataset.version ?? "", ask: "1" }, back);
    if (answer) card.dataset.version = answer.headers.get("X-Version") ?? card.dataset.version;
  }

  private key(event: KeyboardEvent): void {
    const card = (event.target as Element).closest<HTMLElement>(".deal-card");
    if (!card || event.target !== card || isImeKey(event) || this.hasAttribute("data-fixed")) return;
    const columns = [...this.querySelectorAll<HTMLElement>(".column-cards")];
    const lifted = card.classList.contains("lifted");
    if (event.key === " ") {
      event.preventDefault();
      card.classList.toggle("lifted");
      if (!lifted) card.dataset.home = card.parentElement?.dataset.column;
      else if (card.dataset.home !== card.parentElement?.dataset.column) {
        const home = columns.find((one) => one.dataset.column === card.dataset.home)!;
        void this.drop(card, home, 0, card.parentElement?.dataset.column ?? "");
      }
    } else if (lifted && (event.key === "ArrowRight" || event.key === "ArrowLeft")) {
      event.preventDefault();
      const at = columns.indexOf(card.parentElement as HTMLElement);
      const next = columns[at + (event.key === "ArrowRight" ? 1 : -1)];
      if (next) {
        next.prepend(card);
        card.focus();
        card.scrollIntoView({ block: "nearest", inline: "nearest" });
      }
    } else if (lifted && event.key === "Escape") {
      columns.find((one) => one.dataset.column === card.dataset.home)?.prepend(card);
      card.classList.remove("lifted");
      card.focus();
    } else if (event.key === "Enter") {
      card.querySelector<HTMLAnchorElement>("a")?.click();
    }
  }
}
customElements.define("board-columns", BoardColumns);
