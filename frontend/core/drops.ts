// What was dropped is sent: the toast is shown, others are told. Where it isn't stored (refused, asked about first, the network away),
// `back` puts it where it was; null where there was no answer.
import { postForm } from "./forms";
import { busy, htmx } from "./htmx";
import { offline, readHeader } from "./toasts";

export async function sendDrop(url: string, values: Record<string, string>, back: () => void = () => {}): Promise<Response | null> {
  busy(1);
  try {
    const answer = await postForm(url, values);
    readHeader(answer.headers.get("HX-Trigger"));
    if (answer.headers.get("X-Asks") || answer.status === 422) {
      // What belongs to the step is asked for first.
      const asked = await answer.text();
      back();
      if (asked) openDialog(asked);
    } else if (answer.ok) document.dispatchEvent(new CustomEvent("records-changed"));
    else back();
    return answer;
  } catch {
    back();
    offline();
    return null;
  } finally {
    busy(-1);
  }
}

export function openDialog(text: string): void {
  const dialog = document.getElementById("dialog")!;
  dialog.innerHTML = text;
  htmx.process(dialog);
}

// A form is fetched and opened; a refusal and the network being away are told.
export async function openFrom(url: string): Promise<void> {
  busy(1);
  try {
    const answer = await fetch(url, { headers: { "HX-Request": "true" } });
    if (answer.ok) openDialog(await answer.text());
    else readHeader(answer.headers.get("HX-Trigger"));
  } catch {
    offline();
  } finally {
    busy(-1);
  }
}
