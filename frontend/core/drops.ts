// What was dropped is sent: the toast is shown, others are told; null where the network is away.
import { postForm } from "./forms";
import { busy, htmx } from "./htmx";
import { readHeader, toast } from "./toasts";

export async function sendDrop(url: string, values: Record<string, string>): Promise<Response | null> {
  busy(1);
  try {
    const answer = await postForm(url, values);
    readHeader(answer.headers.get("HX-Trigger"));
    if (answer.ok) document.dispatchEvent(new CustomEvent("records-changed"));
    else if (answer.status === 422) {
      const asked = await answer.text();
      if (asked) openDialog(asked);
    }
    return answer;
  } catch {
    toast({ message: document.getElementById("toasts")?.dataset.offline ?? "", level: "error" });
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
