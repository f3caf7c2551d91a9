/** For every operation of the API one good request and three bad ones, each with the status that it must be answered with. */
import { capabilityOf } from "../../../src/core/provider/callback-url.ts";
import { signatureHeaders } from "../../rig/provider/signature.ts";
import type { Ask } from "./description.ts";

export interface Asked extends Ask {
  readonly status: number;
}
export interface Requests {
  readonly good: Asked;
  readonly bad: readonly [Asked, Asked, Asked];
  /** Asked as well by who is somebody else, or about something else: each has a form of its own. */
  readonly others?: readonly Asked[];
}

/** What stands ready for the requests. */
export interface Ground {
  readonly callbackToken: string;
  readonly hmacKey: string;
  readonly apiToken: string;
  /** Settled, all kept and assessed. */
  readonly taskId: string;
  readonly trackId: string;
  /** Of another product, with a kept file. */
  readonly madeId: string;
  readonly fileName: string;
  /** Open, without tracks. */
  readonly openId: string;
  /** Known to the provider alone. */
  readonly strangerId: string;
  readonly deletedId: string;
  readonly doomedId: string;
  readonly shareId: string;
  /** The value of a link to the task. */
  readonly share: string;
  /** The value of a link to its track. */
  readonly trackShare: string;
  /** READ_TOKEN. */
  readonly readToken: string;
  /** Of a task with notes. */
  readonly notesId: string;
  readonly sourceUrl: string;
  readonly nothingUrl: string;
  readonly sourceId: string;
  readonly song: Uint8Array<ArrayBuffer>;
  /** In the inbox, and its task can take it now. */
  readonly dueSha256: string;
  /** In the inbox for good: it names no task. */
  readonly keptSha256: string;
}

const UNKNOWN = "0".repeat(32);
const NOTHING = "0".repeat(64);
const STALE = { "If-Match": '"stale"' };
const WRONG_TOKEN = "no-token-of-this-worker-0123456789";

export function requestsOf(ground: Ground): Readonly<Record<string, Requests>> {
  const { taskId, trackId, madeId, fileName, openId, deletedId, sourceUrl, nothingUrl, sourceId, song } = ground;
  const path = { id: taskId };
  const words = { title: "Song", tags: "house", negativeTags: "vocals" };
  const callback = { code: 200, msg: "ok", data: { callbackType: "text", task_id: openId, data: [] } };
  const large = "x".repeat(1_024 * 1_024 + 1);
  const now = Math.floor(Date.now() / 1_000);

  /** Of one who reads: without a token, with another, and as `third` says. */
  const read = (ask: Ask, third: Asked, status = 200): Requests => ({
    good: { ...ask, status },
    bad: [{ ...ask, token: null, status: 401 }, { ...ask, token: WRONG_TOKEN, status: 401 }, third],
  });
  /** Of one who acts on a task. */
  const act = (id: string, status: number, others: Ask = {}): Requests => ({
    good: { path: { id }, ...others, status },
    bad: [
      { path: { id: UNKNOWN }, ...others, status: 404 },
      { path: { id }, ...others, headers: STALE, status: 412 },
      { path: { id: deletedId }, ...others, status: 410 },
    ],
  });
  return {
    receiveCallback: {
      good: { path: { token: ground.callbackToken }, body: callback, token: null, status: 200 },
      bad: [
        { path: { token: WRONG_TOKEN }, body: callback, status: 401 },
        { path: { token: capabilityOf(WRONG_TOKEN, "mine") }, body: callback, status: 401 },
        { path: { token: ground.callbackToken }, body: large, status: 413 },
      ],
    },
    receiveSignedCallback: {
      good: { headers: signatureHeaders(ground.hmacKey, openId, now), body: callback, token: null, status: 200 },
      bad: [
        { body: callback, status: 401 },
        { headers: signatureHeaders(ground.hmacKey, UNKNOWN, now), body: callback, status: 401 },
        { headers: signatureHeaders(ground.hmacKey, openId, now), body: large, status: 413 },
      ],
    },
    submitTask: {
      good: { body: { ...words, uploadUrl: sourceUrl }, headers: { "Idempotency-Key": "one" }, status: 202 },
      bad: [
        { body: { ...words, title: "", uploadUrl: sourceUrl }, status: 422 },
        { body: { ...words, uploadUrl: nothingUrl }, status: 422 },
        { body: large.slice(0, 65_537), status: 413 },
      ],
    },
    listTasks: read({ query: { limit: "100", status: "problems", q: "song" } }, { query: { limit: "0" }, status: 400 }),
    adoptTask: act(ground.strangerId, 201),
    deleteTask: {
      good: { path: { id: ground.doomedId }, status: 204 },
      bad: [
        { path: { id: UNKNOWN }, status: 404 },
        { path, headers: STALE, status: 412 },
        { path, token: null, status: 401 },
      ],
    },
    readTask: {
      good: { path, query: { wait: "25", min_version: "1" }, status: 200 },
      bad: [
        { path: { id: "no id" }, status: 404 },
        { path: { id: deletedId }, status: 410 },
        { path, query: { min_version: "9999" }, status: 412 },
      ],
      others: [
        { path, query: { share: ground.share }, token: null, status: 200 },
        { path, query: { track: trackId, share: ground.trackShare }, token: null, status: 200 },
        { path: { id: madeId }, status: 200 },
        { path: { id: ground.notesId }, status: 200 },
      ],
    },
    listEvents: read({ path, query: { limit: "100", cursor: "0" } }, { path, query: { cursor: "-1" }, status: 400 }),
    retryTasks: read({ query: { status: "problems" } }, { query: { status: "bad" }, status: 400 }, 202),
    retryTask: act(openId, 202),
    assessTask: act(taskId, 202),
    notifyTask: act(taskId, 202),
    recoverTask: {
      good: { path: { id: openId }, status: 202 },
      bad: [
        { path: { id: taskId }, status: 409 },
        { path: { id: openId }, headers: STALE, status: 412 },
        { path: { id: UNKNOWN }, status: 404 },
      ],
    },
    chooseTrack: {
      good: { path, body: { trackId }, status: 200 },
      bad: [
        { path, body: { trackId: "none" }, status: 422 },
        { path, body: { trackId, other: 1 }, status: 422 },
        { path, body: { trackId }, headers: STALE, status: 412 },
      ],
    },
    uploadSource: {
      good: { body: song, status: 201 },
      bad: [
        { body: "no audio", status: 422 },
        { body: "", status: 422 },
        { body: song, token: null, status: 401 },
      ],
    },
    readSource: {
      good: { path: { id: sourceId }, status: 200 },
      bad: [
        { path: { id: NOTHING }, status: 404 },
        { path: { id: sourceId }, query: { link: "1.x" }, token: null, status: 401 },
        { path: { id: sourceId }, headers: { Range: `bytes=${song.length}-` }, status: 416 },
      ],
    },
    showSubmissionForm: {
      good: { query: { from: taskId }, status: 200 },
      bad: [
        { query: { from: UNKNOWN }, status: 404 },
        { query: { form: taskId }, status: 400 },
        { token: null, status: 401 },
      ],
      others: [{ token: ground.readToken, status: 403 }],
    },
    checkSource: {
      good: { body: { url: sourceUrl }, status: 200 },
      bad: [
        { body: { url: nothingUrl }, status: 422 },
        { body: { url: "no address" }, status: 422 },
        { body: "{", status: 422 },
      ],
    },
    rebuildTask: act(taskId, 200),
    readAudio: file({ id: taskId, trackId }),
    inspectAudio: file({ id: taskId, trackId }),
    readCover: file({ id: taskId, trackId }),
    inspectCover: file({ id: taskId, trackId }),
    readFile: {
      ...file({ id: madeId, name: fileName }),
      others: [{ path: { id: ground.notesId, name: "midi" }, status: 200 }],
    },
    inspectFile: file({ id: madeId, name: fileName }),
    readWaveform: read({ path: { id: taskId, trackId } }, { path: { id: taskId, trackId: "none" }, status: 404 }),
    downloadFiles: read({ path }, { path: { id: openId }, status: 404 }),
    showLogin: OPEN,
    logIn: {
      good: { body: new URLSearchParams({ token: ground.apiToken, next: "/tasks" }), token: null, status: 303 },
      bad: [
        { body: new URLSearchParams({ token: WRONG_TOKEN }), token: null, status: 401 },
        { body: "--x", headers: { "Content-Type": "multipart/form-data" }, token: null, status: 400 },
        { body: new URLSearchParams(), headers: { "Sec-Fetch-Site": "cross-site" }, token: null, status: 403 },
      ],
    },
    logOut: {
      good: { query: { everywhere: "" }, status: 303 },
      bad: [
        { token: null, headers: { "Sec-Fetch-Site": "cross-site" }, status: 403 },
        { token: null, query: { everywhere: "" }, headers: { "Sec-Fetch-Site": "same-origin" }, status: 401 },
        { method: "GET", status: 405 },
      ],
    },
    shareTask: {
      good: { path, body: { expiresInSeconds: 604_800, trackId }, status: 200 },
      bad: [
        { path, body: { expiresInSeconds: 604_801 }, status: 422 },
        { path, body: { trackId: "none" }, status: 422 },
        { path: { id: deletedId }, body: {}, status: 410 },
      ],
    },
    listShares: {
      ...read({ path }, { path: { id: UNKNOWN }, status: 404 }),
      others: [{ path: { id: deletedId }, status: 410 }],
    },
    revokeShare: {
      good: { path: { id: taskId, shareId: ground.shareId }, status: 204 },
      bad: [
        { path: { id: taskId, shareId: "none" }, status: 404 },
        { path: { id: openId, shareId: ground.shareId }, status: 404 },
        { path: { id: taskId, shareId: ground.shareId }, token: null, status: 401 },
      ],
    },
    listInbox: read({ query: { limit: "1" } }, { query: { cursor: "kept/x" }, status: 400 }),
    deliverAgain: {
      good: { path: { sha256: ground.dueSha256 }, status: 200 },
      bad: [
        { path: { sha256: NOTHING }, status: 404 },
        { path: { sha256: ground.keptSha256 }, status: 422 },
        { path: { sha256: ground.keptSha256 }, token: null, status: 401 },
      ],
    },
    readFront: OPEN,
    readStats: read({}, { method: "DELETE", status: 405 }),
    readHealth: OPEN,
    readDescription: OPEN,
    readDocs: OPEN,
    readDocsSection: {
      good: { path: { section: "problems" }, token: null, status: 200 },
      bad: [
        { path: { section: "music" }, status: 404 },
        { path: { section: "Problems" }, status: 404 },
        { path: { section: "problems" }, method: "DELETE", status: 405 },
      ],
    },
  };
}

function file(at: Readonly<Record<string, string>>): Requests {
  return {
    good: { path: at, query: { download: "" }, status: 200 },
    bad: [
      { path: at, token: null, status: 401 },
      { path: at, headers: { "If-Match": '"another"' }, status: 412 },
      { path: { ...at, ...("name" in at ? { name: "none" } : { trackId: "none" }) }, status: 404 },
    ],
  };
}

/** Of what is open to all, only another method goes wrong. */
const OPEN: Requests = {
  good: { token: null, status: 200 },
  bad: [
    { method: "DELETE", status: 405 },
    { method: "PUT", status: 405 },
    { method: "PATCH", status: 405 },
  ],
};
