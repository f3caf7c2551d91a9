/** A Worker with one of everything that the API speaks of. */
import { createHash } from "node:crypto";
import * as z from "zod";
import { song } from "../../rig/provider/serving/songs.ts";
import { API_TOKEN, CALLBACK_TOKEN, SOURCE, startStand, type Stand } from "../stand.ts";
import type { Ask, Operation } from "./description.ts";
import type { Ground } from "./requests.ts";

const HMAC_KEY = "hmac-key-of-the-contract-tests";
const READ_TOKEN = "read-token-of-the-contract-tests-0123";
const PROVIDER_KEY = "provider-key-of-the-contract-tests";

/** `notices` go to this receiver. */
export async function startWorld(notices: { readonly url: string; readonly secret: string } | null): Promise<Stand> {
  return startStand({
    timeScale: 100,
    providerKey: PROVIDER_KEY,
    vars: {
      ASSESS: "full",
      CALLBACK_HMAC_KEY: HMAC_KEY,
      READ_TOKEN,
      SOURCE_ORIGINS: "http://127.0.0.1:*",
      ...(notices === null ? {} : { NOTIFY_URL: notices.url, NOTIFY_SECRET: notices.secret }),
    },
  });
}

export function send(origin: string, { method, path }: Operation, ask: Ask): Promise<Response> {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(ask.path?.[name] ?? ""));
  const url = new URL(filled, origin);
  for (const [name, value] of Object.entries(ask.query ?? {})) url.searchParams.set(name, value);
  const token = ask.token === undefined ? API_TOKEN : ask.token;
  const headers = { ...(token === null ? {} : { Authorization: `Bearer ${token}` }), ...ask.headers };
  const body = bodyOf(ask.body);
  return fetch(url, {
    method: (ask.method ?? method).toUpperCase(),
    headers,
    redirect: "manual",
    ...(body === undefined ? {} : { body }),
  });
}

function bodyOf(body: unknown): BodyInit | undefined {
  if (body === undefined || typeof body === "string" || body instanceof URLSearchParams) return body;
  return body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body);
}

export async function groundOf(stand: Stand): Promise<Ground> {
  const { origin, provider } = stand;
  const callback = async (body: object | string): Promise<string> => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    await fetch(`${origin}/callback/${CALLBACK_TOKEN}`, { method: "POST", body: text });
    return createHash("sha256").update(text).digest("hex");
  };
  const named = async (name: string): Promise<string> => {
    const taskId = `${name}-${provider.seed}`;
    await callback({ code: 200, msg: "ok", data: { callbackType: "text", task_id: taskId, data: [] } });
    return taskId;
  };
  const act = (method: string, path: string, body?: Uint8Array<ArrayBuffer>): Promise<Response> =>
    stand.client.get(path, { method, ...(body === undefined ? {} : { body }) });

  const { taskId } = stand.submit("Song");
  const madeId = `made-${provider.seed}`;
  const vocal = { vocal_url: provider.sourceUrl(SOURCE) };
  await callback({ code: 200, msg: "ok", data: { task_id: madeId, vocal_removal_info: vocal } });
  const notesId = `notes-${provider.seed}`;
  const notes = [{ pitch: 60, start: 0, end: 0.5, velocity: 0.8 }];
  await callback({ code: 200, msg: "ok", data: { task_id: notesId, instruments: [{ name: "Piano", notes }] } });
  const [openId, deletedId, doomedId] = [await named("open"), await named("deleted"), await named("doomed")];
  await act("DELETE", `/tasks/${deletedId}`);
  const due = JSON.stringify({ code: 200, msg: "ok", data: { callbackType: "text", task_id: openId, data: [{}] } });
  const dueSha256 = createHash("sha256").update(due).digest("hex");
  await stand.putObject(`inbox/due/${dueSha256}-${"0".repeat(16)}`, new TextEncoder().encode(due), {
    verdict: "token",
    reason: "unreachable",
    receivedAt: new Date().toISOString(),
    host: new URL(origin).host,
    taskId: openId,
  });
  const { bytes } = song(provider.seed, 3);
  const uploaded = z.object({ sourceId: z.string() }).parse(await (await act("POST", "/sources", bytes)).json());
  const linked = z
    .object({ shareId: z.string(), url: z.url() })
    .transform(({ shareId, url }) => ({ shareId, value: new URL(url).searchParams.get("share") ?? "" }));
  const share = async (body: object) => {
    const bytes = new TextEncoder().encode(JSON.stringify(body));
    return linked.parse(await (await act("POST", `/tasks/${taskId}/share`, bytes)).json());
  };
  const view = await stand.viewWhen(
    taskId,
    ({ settled, tracks }) =>
      settled && tracks.every(({ cover, assessment }) => cover.state === "stored" && assessment?.state === "done"),
  );
  const trackId = view.tracks[0]?.trackId ?? "";
  // One of them is revoked.
  const [ofTask, ofTrack, revoked] = [await share({}), await share({ trackId }), await share({})];
  await stand.viewWhen(notesId, ({ settled }) => settled);
  const made = await stand.viewWhen(madeId, ({ settled }) => settled);
  return {
    callbackToken: CALLBACK_TOKEN,
    hmacKey: HMAC_KEY,
    apiToken: API_TOKEN,
    taskId,
    trackId,
    madeId,
    fileName: made.files[0]?.name ?? "",
    openId,
    strangerId: stand.submit("Stranger", []).taskId,
    deletedId,
    doomedId,
    shareId: revoked.shareId,
    share: ofTask.value,
    trackShare: ofTrack.value,
    readToken: READ_TOKEN,
    notesId,
    sourceUrl: provider.sourceUrl(SOURCE),
    nothingUrl: `${provider.url}/nothing.mp3`,
    sourceId: uploaded.sourceId,
    song: bytes,
    dueSha256,
    keptSha256: await callback('{"code":200,"data":{}}'),
  };
}
