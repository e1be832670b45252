// Passkeys: asks the browser for one, or to make one, and sends what it answers with the form inside. Options come from the page
// (a JSON script) or, for signing in, from the server at the moment of the click, because a challenge is good for one use.
import { toast } from "../core/toasts";

type Json = Record<string, unknown>;

const toBytes = (text: string): ArrayBuffer => {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (one) => one.charCodeAt(0)).buffer;
};
const toText = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const keys = (held: unknown): PublicKeyCredentialDescriptor[] =>
  ((held as Json[] | undefined) ?? []).map((one) => ({ ...one, id: toBytes(one.id as string) }) as PublicKeyCredentialDescriptor);

class PassKey extends HTMLElement {
  connectedCallback(): void {
    const able = window.isSecureContext && "credentials" in navigator && "PublicKeyCredential" in window;
    const offered = this.dataset.mode === "add" || this.dataset.mode === "authenticate";
    if (!able && !offered) return; // the sign-in page simply doesn't offer it
    this.hidden = false;
    this.querySelector("button[type=button]")?.addEventListener("click", () => {
      if (able) void this.run();
      else toast({ message: this.dataset.unable ?? "", level: "error" });
    });
  }

  private async run(): Promise<void> {
    const form = this.querySelector("form");
    const held = form?.querySelector<HTMLInputElement>("input[name=credential]");
    if (!form || !held) return;
    try {
      held.value = JSON.stringify(this.dataset.mode === "add" ? await this.made(form) : await this.shown());
    } catch (error) {
      if ((error as Error).name !== "AbortError") toast({ message: this.dataset.failed ?? "", level: "error" });
      return;
    }
    form.submit();
  }

  private async options(name: string): Promise<Json> {
    const script = this.querySelector("script");
    const held = this.dataset.options
      ? ((await (await fetch(this.dataset.options, { headers: { Accept: "application/json" } })).json()) as Json)
      : (JSON.parse(script?.textContent ?? "{}") as Json);
    return (held[name] as Json).publicKey as Json;
  }

  private async made(form: HTMLFormElement): Promise<Json> {
    const options = await this.options("creation_options");
    const alone = form.querySelector<HTMLInputElement>("input[name=passwordless]")?.checked ?? false;
    const chosen = { ...(options.authenticatorSelection as Json), residentKey: alone ? "required" : "discouraged", requireResidentKey: alone };
    const credential = (await navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: toBytes(options.challenge as string),
        user: { ...(options.user as Json), id: toBytes((options.user as Json).id as string) },
        excludeCredentials: keys(options.excludeCredentials),
        authenticatorSelection: alone ? { ...chosen, userVerification: "required" } : chosen,
      } as unknown as PublicKeyCredentialCreationOptions,
    })) as PublicKeyCredential;
    const response = credential.response as AuthenticatorAttestationResponse;
    return this.told(credential, {
      attestationObject: toText(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    });
  }

  private async shown(): Promise<Json> {
    const options = await this.options("request_options");
    const credential = (await navigator.credentials.get({
      publicKey: {
        ...options,
        challenge: toBytes(options.challenge as string),
        allowCredentials: keys(options.allowCredentials),
      } as unknown as PublicKeyCredentialRequestOptions,
    })) as PublicKeyCredential;
    const response = credential.response as AuthenticatorAssertionResponse;
    return this.told(credential, {
      authenticatorData: toText(response.authenticatorData),
      signature: toText(response.signature),
      userHandle: response.userHandle ? toText(response.userHandle) : null,
    });
  }

  private told(credential: PublicKeyCredential, response: Json): Json {
    return {
      id: credential.id,
      rawId: toText(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment,
      clientExtensionResults: credential.getClientExtensionResults(),
      response: { ...response, clientDataJSON: toText(credential.response.clientDataJSON) },
    };
  }
}

customElements.define("pass-key", PassKey);
