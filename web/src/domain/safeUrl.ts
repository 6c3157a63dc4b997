/** Which addresses out of recorded text may become links or media. Everything recorded is hostile until shown otherwise. */

/** The address if it is plain web or mail, else null: no `javascript:`, no `data:`, no credentials, no control characters. */
export function safeLink(text: string): string | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (text.length > 2048 || /[\u0000-\u0020\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/.test(text))
    return null;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return null;
  }
  if (url.username || url.password) return null;
  return url.protocol === "https:" || url.protocol === "http:" || url.protocol === "mailto:" ? url.href : null;
}

const BLOB = /^blob:([0-9a-f]{64})$/;

/** The path of a stored blob under our own API, from `blob:<sha256>`; anything else is never fetched. */
export function blobPath(uri: string | null | undefined): string | null {
  const match = uri ? BLOB.exec(uri) : null;
  return match ? `blobs/${match[1]}` : null;
}

const MOVED = /\n\[\d+ more characters in (blob:[0-9a-f]{64})\]$/;

/** Where the whole of a text is stored of which the span keeps the head; null for a text that is whole. */
export function wholeTextPath(text: string): string | null {
  return blobPath(MOVED.exec(text.slice(-160))?.[1]);
}

/** Sound that a browser plays without asking anybody else. */
export function isSafeAudio(mimeType: string | null | undefined): boolean {
  return /^audio\/(?:mpeg|mp4|ogg|wav|x-wav|webm|flac|aac)$/.test(mimeType ?? "");
}

/** Image types that carry no script. SVG is not among them. */
export function isSafeImage(mimeType: string | null | undefined): boolean {
  return /^image\/(?:png|jpe?g|gif|webp|avif|bmp)$/.test(mimeType ?? "");
}
