// The calendar: entries stand at their hours; one drags them with mouse and finger (long press) or moves them by keys
// (Space lifts, arrows move, Shift+up/down stretches, Space drops, Esc gives up), and begins something new on an empty place.
import { openFrom, sendDrop } from "../core/drops";
import { isImeKey } from "../core/ime";

const STEP = 15; // minutes
const DAY = 24 * 60;
const LONG_PRESS = 380; // milliseconds
const EDGE = 44; // pixels from an edge within which the page scrolls along

type Place = { zone: HTMLElement; day: string; minute: number | null; length: number };
type Drag = { entry: HTMLElement; ghost: HTMLElement; place: Place; first: Place; stretch: boolean; grip: number };

const clock = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

class CalendarGrid extends HTMLElement {
  private drag: Drag | null = null;
  private press: { id: number; x: number; y: number; entry: HTMLElement | null; stretch: boolean; timer: number; touch: boolean; zone: HTMLElement | null; minute: number } | null = null;
  private fresh: { zone: HTMLElement; from: number; ghost: HTMLElement } | null = null;
  private pointer = { x: 0, y: 0 };
  private lifted = false;
  private swallow = false;

  connectedCallback(): void {
    this.place();
    this.scrollToMorning();
    this.addEventListener("pointerdown", (event) => this.down(event));
    this.addEventListener("pointermove", (event) => this.move(event));
    this.addEventListener("pointerup", (event) => this.up(event));
    this.addEventListener("pointercancel", () => this.giveUp());
    this.addEventListener("touchmove", (event) => (this.drag || this.fresh) && event.cancelable && event.preventDefault(), { passive: false });
    this.addEventListener("contextmenu", (event) => (this.drag || this.press?.touch) && this.entryOf(event.target) && event.preventDefault());
    this.addEventListener("dragstart", (event) => event.preventDefault());
    this.addEventListener("click", (event) => this.clicked(event), true);
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("focusout", (event) => this.lifted && event.target === this.drag?.entry.querySelector("a") && this.putBack());
    document.addEventListener("htmx:before:request", this.hold);
    document.addEventListener("htmx:after:swap", this.swapped);
    addEventListener("resize", this.swapped);
  }

  disconnectedCallback(): void {
    document.removeEventListener("htmx:before:request", this.hold);
    document.removeEventListener("htmx:after:swap", this.swapped);
    removeEventListener("resize", this.swapped);
  }

  // Nothing is exchanged under the hand.
  private hold = (event: Event): void => {
    const source = (event as CustomEvent<{ ctx?: { sourceElement?: Element } }>).detail?.ctx?.sourceElement;
    if ((this.drag || this.fresh) && source?.contains(this)) event.preventDefault();
  };

  private swapped = (): void => this.place();

  // The policy forbids styles in the page; places are set here.
  private place(): void {
    this.querySelectorAll<HTMLElement>(".month-one").forEach((entry) => {
      if (entry.dataset.minute !== undefined && entry.parentElement?.dataset.zone === "hours") this.put(entry, Number(entry.dataset.minute), Number(entry.dataset.length), Number(entry.dataset.lane), Number(entry.dataset.lanes));
      entry.classList.remove("moving");
    });
    // The hours take what is left of the window below their head.
    const box = this.querySelector<HTMLElement>(".cal-scroll");
    const dock = document.querySelector<HTMLElement>(".dock")?.offsetHeight ?? 0;
    if (box) box.style.setProperty("--room", `${Math.max(340, innerHeight - dock - 20 - (box.getBoundingClientRect().top + scrollY))}px`);
  }

  private put(entry: HTMLElement, minute: number, length: number, lane = 0, lanes = 1): void {
    entry.style.setProperty("--from", String(minute));
    entry.style.setProperty("--length", String(Math.min(length, DAY - minute)));
    entry.style.setProperty("--lane", String(lane));
    entry.style.setProperty("--lanes", String(lanes));
    entry.classList.toggle("short", length <= 30);
  }

  private scrollToMorning(): void {
    const box = this.querySelector<HTMLElement>(".cal-scroll");
    const hours = this.querySelector<HTMLElement>(".cal-hours");
    if (!box || !hours || !this.timed(hours)) return;
    const first = Math.min(8 * 60, ...[...this.querySelectorAll<HTMLElement>(".cal-hours > .month-one")].map((one) => Number(one.dataset.minute)));
    box.scrollTop = Math.max(0, (first / DAY) * hours.offsetHeight - 8);
  }

  // Whether a zone shows hours at the size of the window.
  private timed(zone: HTMLElement): boolean {
    return zone.dataset.zone === "hours" && getComputedStyle(zone).position === "relative";
  }

  private entryOf(target: EventTarget | null): HTMLElement | null {
    const entry = target instanceof Element ? target.closest<HTMLElement>(".month-one") : null;
    return entry && "moves" in entry.dataset ? entry : null;
  }

  private dayOf(zone: HTMLElement): HTMLElement {
    return zone.closest<HTMLElement>("[data-date]")!;
  }

  private zoneAt(x: number, y: number): HTMLElement | null {
    const found = document.elementFromPoint(x, y);
    if (!found || !this.contains(found)) return null;
    return found.closest<HTMLElement>("[data-zone]") ?? found.closest<HTMLElement>("[data-date]");
  }

  private minuteAt(zone: HTMLElement, y: number): number {
    const box = zone.getBoundingClientRect();
    return ((y - box.top) / box.height) * DAY;
  }

  // --- pointer -------------------------------------------------------------------------------------
  private down(event: PointerEvent): void {
    this.swallow = false;
    if (event.button !== 0 || this.press || this.lifted) return;
    const target = event.target as Element;
    if (target.closest(".cal-record, .planner-plus, summary")) return;
    const entry = this.entryOf(target);
    const touch = event.pointerType !== "mouse";
    const zone = !target.closest(".month-one") ? target.closest<HTMLElement>("[data-zone]") : null;
    if (!entry && (touch || !zone || !this.timed(zone) || !this.dataset.new)) return;
    this.pointer = { x: event.clientX, y: event.clientY };
    const low = entry ? entry.getBoundingClientRect().bottom - event.clientY < 14 && entry.offsetHeight > 30 : false;
    const stretch = !!entry?.querySelector(".cal-end") && (touch ? low : !!target.closest(".cal-end")) && this.timed(entry!.parentElement!);
    const timer = touch ? window.setTimeout(() => this.longPressed(), LONG_PRESS) : 0;
    this.press = { id: event.pointerId, x: event.clientX, y: event.clientY, entry, stretch, timer, touch, zone, minute: zone ? this.minuteAt(zone, event.clientY) : 0 };
    if (!touch && !entry) event.preventDefault(); // no words are marked while a span is drawn
  }

  private longPressed(): void {
    if (!this.press?.entry) return;
    navigator.vibrate?.(15);
    this.lift(this.press.entry, this.press.stretch, this.press.x, this.press.y);
    this.capture();
    this.scrollAlong();
  }

  private capture(): void {
    try {
      this.setPointerCapture(this.press!.id);
    } catch {
      // the finger has left already
    }
  }

  private move(event: PointerEvent): void {
    const press = this.press;
    if (!press || event.pointerId !== press.id) return;
    this.pointer = { x: event.clientX, y: event.clientY };
    const far = Math.hypot(event.clientX - press.x, event.clientY - press.y);
    if (press.touch && !this.drag) {
      if (far > 10) this.giveUp();
      return;
    }
    if (!this.drag && !this.fresh && far > 4) {
      if (press.entry) this.lift(press.entry, press.stretch, press.x, press.y);
      else this.begin(press.zone!, press.minute);
      this.capture();
      this.scrollAlong();
    }
    this.follow();
  }

  private follow(): void {
    const { x, y } = this.pointer;
    if (this.fresh) {
      const to = Math.max(this.fresh.from + STEP, Math.min(DAY, Math.round(this.minuteAt(this.fresh.zone, y) / STEP) * STEP));
      this.put(this.fresh.ghost, this.fresh.from, to - this.fresh.from);
      this.fresh.ghost.textContent = `${clock(this.fresh.from)}〜${clock(to)}`;
      return;
    }
    if (!this.drag) return;
    const place = this.drag.place;
    if (this.drag.stretch) {
      const end = Math.round(this.minuteAt(place.zone, y) / STEP) * STEP;
      place.length = Math.max(STEP, Math.min(DAY, end) - (place.minute ?? 0));
    } else {
      const zone = this.zoneAt(x, y);
      if (zone) this.aim(zone, this.timed(zone) ? this.minuteAt(zone, y) - this.drag.grip : null);
    }
    this.show();
  }

  // Where the entry would lie: on a day with hours at that hour, on whole days without, elsewhere at its own time.
  private aim(zone: HTMLElement, minute: number | null): void {
    const drag = this.drag!;
    const place = drag.place;
    const day = this.dayOf(zone);
    // The column of what nobody holds (or people who have left) takes nothing from the others: whose it would be it doesn't say.
    if (day.dataset.owner === "" && this.dayOf(drag.first.zone).dataset.owner !== "") {
      Object.assign(place, drag.first);
      return;
    }
    place.day = day.dataset.date!;
    if (minute !== null) {
      place.minute = Math.max(0, Math.min(DAY - STEP, Math.round(minute / STEP) * STEP));
      place.zone = zone;
    } else if (zone.dataset.zone === "whole" && drag.entry.dataset.entity === "task" && this.timed(day.querySelector<HTMLElement>("[data-zone=hours]")!)) {
      place.minute = null;
      place.zone = zone;
    } else {
      place.minute = drag.first.minute;
      place.zone = day.querySelector<HTMLElement>(`[data-zone=${place.minute === null ? "whole" : "hours"}]`) ?? day;
    }
  }

  private lift(entry: HTMLElement, stretch: boolean, x: number, y: number): void {
    const zone = entry.parentElement!;
    const minute = entry.dataset.minute === undefined ? null : Number(entry.dataset.minute);
    const place: Place = { zone, day: this.dayOf(zone).dataset.date!, minute, length: Number(entry.dataset.length) };
    const ghost = entry.cloneNode(true) as HTMLElement;
    ghost.removeAttribute("id");
    ghost.setAttribute("aria-hidden", "true");
    ghost.inert = true;
    ghost.classList.add("ghost");
    entry.classList.add("moving");
    const grip = this.timed(zone) && minute !== null ? this.minuteAt(zone, y) - minute : 0;
    this.drag = { entry, ghost, place, first: { ...place }, stretch, grip };
    this.classList.add("dragging");
    this.show();
  }

  private show(): void {
    const { ghost, place } = this.drag!;
    if (ghost.parentElement !== place.zone) place.zone.append(ghost);
    if (place.minute !== null && this.timed(place.zone)) this.put(ghost, place.minute, place.length);
    const time = ghost.querySelector("b");
    if (time && place.minute !== null) time.textContent = clock(place.minute);
  }

  // Something new, drawn with the mouse.
  private begin(zone: HTMLElement, minute: number): void {
    const from = Math.max(0, Math.min(DAY - STEP, Math.floor(minute / STEP) * STEP));
    const ghost = document.createElement("div");
    ghost.className = "month-one ghost";
    zone.append(ghost);
    this.fresh = { zone, from, ghost };
    this.classList.add("dragging");
  }

  private scrollAlong(): void {
    const box = this.querySelector<HTMLElement>(".cal-scroll");
    if (!this.drag && !this.fresh) return;
    const { x, y } = this.pointer;
    if (box) {
      const edge = box.getBoundingClientRect();
      if (y > edge.bottom - EDGE) box.scrollTop += 8;
      else if (y < edge.top + EDGE + 40 && y > edge.top + 90) box.scrollTop -= 8;
      if (x > edge.right - EDGE) box.scrollLeft += 8;
      else if (x < edge.left + EDGE) box.scrollLeft -= 8;
    }
    const dock = document.querySelector<HTMLElement>(".dock")?.offsetHeight ?? 0;
    if (y > innerHeight - dock - EDGE) scrollBy(0, 8);
    else if (y < EDGE + 56) scrollBy(0, -8);
    this.follow();
    requestAnimationFrame(() => this.scrollAlong());
  }

  private up(event: PointerEvent): void {
    if (!this.press || event.pointerId !== this.press.id) return;
    clearTimeout(this.press.timer);
    this.press = null;
    if (this.drag) {
      this.swallow = true;
      void this.drop();
    } else if (this.fresh) {
      this.swallow = true;
      const { zone, from, ghost } = this.fresh;
      const length = Number(ghost.style.getPropertyValue("--length")) || STEP;
      this.endFresh();
      void this.plan(zone, from, length);
    }
  }

  private endFresh(): void {
    this.fresh?.ghost.remove();
    this.fresh = null;
    this.classList.remove("dragging");
  }

  private giveUp(): void {
    if (this.press) clearTimeout(this.press.timer);
    this.press = null;
    this.endFresh();
    if (this.drag && !this.lifted) this.putBack();
  }

  private clicked(event: MouseEvent): void {
    if (this.swallow) {
      this.swallow = false;
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    const target = event.target as Element;
    if (!this.dataset.new || target.closest(".month-one, a, button, summary")) return;
    const zone = target.closest<HTMLElement>("[data-zone]");
    const hours = zone?.parentElement?.querySelector<HTMLElement>("[data-zone=hours]");
    if (zone && hours && this.timed(hours)) {
      if (zone === hours) void this.plan(zone, Math.floor(this.minuteAt(zone, event.clientY) / 30) * 30, 60);
      else void this.plan(zone, null, 0);
    } else if (innerWidth > 767) target.closest(".planner-month .month-day")?.querySelector<HTMLElement>(".planner-plus")?.click();
  }

  // The form for something new; without a time for the whole day.
  private async plan(zone: HTMLElement, from: number | null, length: number): Promise<void> {
    const day = this.dayOf(zone);
    const values = new URLSearchParams({ due_at: `${day.dataset.date}T${clock(from ?? 0)}`, kind: from === null ? "todo" : "visit" });
    if (from !== null) {
      values.set("all_day", "");
      values.set("minutes", String(Math.min(length, DAY - from)));
    }
    if (day.dataset.owner) values.set("owner", day.dataset.owner);
    await openFrom(`${this.dataset.new}&${values}`);
  }

  // --- keys ----------------------------------------------------------------------------------------
  private key(event: KeyboardEvent): void {
    if (event.key === "Escape" && (this.drag || this.fresh)) {
      event.preventDefault();
      this.swallow = !!this.press;
      this.lifted = false;
      if (this.drag) this.say(this.dataset.left ?? "");
      this.putBack();
      this.giveUp();
      return;
    }
    const link = event.target as HTMLElement;
    const entry = link.tagName === "A" ? this.entryOf(link) : null;
    if (!entry || isImeKey(event)) return;
    if (event.key === " ") {
      event.preventDefault();
      if (this.lifted) void this.drop(true);
      else if (!this.drag) {
        this.lifted = true;
        this.lift(entry, false, 0, 0);
        this.drag!.grip = 0;
        this.say(`${this.dataset.lifted} ${this.words()}`);
      }
    } else if (this.lifted && event.key.startsWith("Arrow")) {
      event.preventDefault();
      this.push(event.key, event.shiftKey);
      this.show();
      this.drag!.ghost.scrollIntoView({ block: "nearest", inline: "nearest" });
      this.say(this.words());
    }
  }

  private push(key: string, stretch: boolean): void {
    const place = this.drag!.place;
    const timed = !!this.querySelector("[data-zone=hours]") && this.timed(this.querySelector<HTMLElement>("[data-zone=hours]")!);
    const step = key === "ArrowDown" || key === "ArrowRight" ? 1 : -1;
    if (timed && (key === "ArrowUp" || key === "ArrowDown")) {
      const day = this.dayOf(place.zone);
      if (stretch) {
        if (place.minute !== null && this.drag!.entry.querySelector(".cal-end")) place.length = Math.max(STEP, Math.min(DAY - place.minute, place.length + step * STEP));
      } else if (place.minute === null) {
        if (step > 0) this.aim(day.querySelector<HTMLElement>("[data-zone=hours]")!, 9 * 60);
      } else if (place.minute + step * STEP < 0) this.aim(day.querySelector<HTMLElement>("[data-zone=whole]")!, null);
      else this.aim(day.querySelector<HTMLElement>("[data-zone=hours]")!, place.minute + step * STEP);
      return;
    }
    const days = [...this.querySelectorAll<HTMLElement>("[data-date]")];
    const across = key === "ArrowUp" || key === "ArrowDown" ? (this.querySelector(".planner-month") && innerWidth > 767 ? 7 : 1) : 1;
    const next = days[days.indexOf(this.dayOf(place.zone)) + step * across];
    if (!next) return;
    const zone = next.querySelector<HTMLElement>(`[data-zone=${place.minute === null ? "whole" : "hours"}]`) ?? next;
    this.aim(zone, timed && place.minute !== null ? place.minute : null);
  }

  private words(): string {
    const { place } = this.drag!;
    const day = this.dayOf(place.zone).dataset.words ?? place.day;
    return place.minute === null ? `${day} ${this.dataset.whole}` : `${day} ${clock(place.minute)}〜${clock(Math.min(DAY, place.minute + place.length))}`;
  }

  private say(text: string): void {
    const place = document.getElementById("cal-says");
    if (place) place.textContent = text;
  }

  // --- the drop ------------------------------------------------------------------------------------
  private putBack(): void {
    if (!this.drag) return;
    this.drag.ghost.remove();
    this.drag.entry.classList.remove("moving");
    this.drag = null;
    this.lifted = false;
    this.classList.remove("dragging");
  }

  private async drop(byKeys = false): Promise<void> {
    const { entry, ghost, place, first } = this.drag!;
    const owner = this.dayOf(place.zone).dataset.owner ?? "";
    const moved = place.day !== first.day || place.minute !== first.minute || place.length !== first.length || owner !== (this.dayOf(first.zone).dataset.owner ?? "");
    if (!moved) return this.putBack();
    const values: Record<string, string> = { entity: entry.dataset.entity!, record: entry.dataset.record!, version: entry.dataset.version!, day: place.day };
    values.minute = place.minute === null ? "all" : String(place.minute);
    if (place.length !== first.length) values.minutes = String(place.length);
    if (owner !== (this.dayOf(first.zone).dataset.owner ?? "")) values.owner = owner;
    const text = `${this.dataset.dropped} ${this.words()}`;
    this.drag = null; // from here on the page may be exchanged
    this.lifted = false;
    this.classList.remove("dragging");
    const answer = await sendDrop(this.dataset.move!, values);
    if (answer?.ok) {
      if (byKeys) this.say(text);
      const key = entry.id;
      // Gone before the page is exchanged: what is morphed must not take it for the entry itself.
      document.addEventListener("htmx:before:swap", () => ghost.remove(), { once: true });
      if (byKeys) document.addEventListener("htmx:after:swap", () => document.getElementById(key)?.querySelector("a")?.focus(), { once: true });
      return;
    }
    ghost.remove();
    entry.classList.remove("moving");
    if (byKeys) this.say(this.dataset.left ?? "");
  }
}
customElements.define("calendar-grid", CalendarGrid);
