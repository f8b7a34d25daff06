// SPDX-License-Identifier: Apache-2.0
import { withoutBrackets } from "../../../../contract/wire/addresses.js";
import { formatDuration } from "../../../../contract/wire/duration.js";
import { type BaseUrl, parseBaseUrl } from "../../../../contract/wire/parse.js";
import { systemCertificates } from "../../egress/ca-certificates.js";
import { resolve } from "../../egress/dial.js";
import { type Egress, egressOf } from "../../egress/egress.js";
import { noUpstream, proxyFor, proxyName, type UpstreamProxy } from "../../egress/upstream.js";
import { errorMessage } from "../../errors/failure.js";
import { type ApiReply, MAX_REPLY, send } from "../../login/https.js";
import { deadlineIn } from "../../process/clock.js";
import { type Finding, known, ok, skip, type Visit } from "./row.js";

/** How long name servers may take to answer. Milliseconds. */
const LOOKUP_MS = 10_000;

/** How long the control server may take to answer. Milliseconds. */
const ANSWER_MS = 15_000;

/** How far the clock may be off. Certificates and identity tokens have some leeway. Milliseconds. */
const LEEWAY_MS = 60_000;

/** Where tailscaled gets the control server's public key; the number is the version of the protocol, any will do. */
const KEY_PATH = "/key?v=130";

/** Whether the names of the control server and of the API can be looked up. */
export async function dns({ platform, facts }: Visit): Promise<Finding> {
  const settings = known(facts.settings);
  const { controlUrl } = settings;
  const { apiUrl } = facts.key ?? settings;
  const egress = known(facts.egress);
  const found: string[] = [];
  for (const url of [controlUrl, apiUrl]) {
    const base = baseUrl(url);
    const host = withoutBrackets(base.host);
    if (found.some((one) => one.startsWith(`${host} `))) continue;
    const proxy = proxyOf(egress, base);
    if (proxy !== null) found.push(`${host} is left to ${proxyName(proxy)}`);
    else {
      try {
        const addresses = await resolve(platform.net, host, deadlineIn(LOOKUP_MS));
        found.push(`${host} is ${addresses.join(" ")}`);
      } catch (error) {
        throw new Error(`${host} cannot be looked up (${errorMessage(error)})`);
      }
    }
  }
  return ok(found.join(", "));
}

/** Whether the control server answers without a proxy. */
export async function controlDirect(visit: Visit): Promise<Finding> {
  const { platform, facts } = visit;
  const proxy = proxyOf(known(facts.egress), baseUrl(known(facts.settings).controlUrl));
  if (proxy === null) return ok(await askControl(visit, known(facts.egress)));
  try {
    return ok(`${await askControl(visit, egressOf(platform, noUpstream()))}; ${proxyName(proxy)} is used nevertheless`);
  } catch (error) {
    return skip(`not needed, as ${proxyName(proxy)} is used: ${errorMessage(error)}`);
  }
}

/** Whether the control server answers through the proxy that the run had before. */
export async function controlProxy(visit: Visit): Promise<Finding> {
  const { facts } = visit;
  const proxy = proxyOf(known(facts.egress), baseUrl(known(facts.settings).controlUrl));
  if (proxy === null) return skip("this run has no proxy for the control server");
  return ok(await askControl(visit, known(facts.egress)));
}

/** Whether the clock is right, by that of the control server. */
export async function clock({ facts }: Visit): Promise<Finding> {
  const ahead = facts.clockAheadMs;
  if (ahead === null) return skip("there is no time from the control server");
  const off = formatDuration(Math.abs(ahead));
  if (Math.abs(ahead) <= LEEWAY_MS) return ok(`${off} from the control server's`);
  throw new Error(`The clock is ${off} ${ahead > 0 ? "ahead of" : "behind"} the control server's`);
}

/** Gets the control server's key. Returns what answered, or throws an error that says why nothing did. */
async function askControl({ platform, env, facts }: Visit, egress: Egress): Promise<string> {
  const { controlUrl } = known(facts.settings);
  const certificates = systemCertificates(env);
  platform.trust(certificates.file.concat(certificates.directories()));
  const reply = await send(platform, egress, {
    method: "GET",
    baseUrl: controlUrl,
    path: KEY_PATH,
    contentType: "",
    authorization: "",
    body: "",
    timeoutMs: ANSWER_MS,
    longest: MAX_REPLY,
  });
  if (reply.status === 200 && reply.body.includes("publicKey")) {
    if (reply.serverTime > 0) facts.clockAheadMs = Date.now() - reply.serverTime;
    return `${controlUrl} answers`;
  }
  throw new Error(problemOf(controlUrl, reply, certificates.problem));
}

function problemOf(url: string, { status, problem, detail, body }: ApiReply, certificateFile: string): string {
  if (status === 200) return `${url} is not a control server: its answer does not contain a key`;
  if (status !== 0) return `${url} answered ${status}${body.includes("<html") ? " and a web page" : ""}`;
  const file = certificateFile === "" ? "" : `. ${certificateFile}`;
  return problem === "certificate-untrusted"
    ? `The certificate of ${url} is signed by an authority that is not trusted here${file}`
    : `${url} cannot be reached (${detail})`;
}

function proxyOf(egress: Egress, base: BaseUrl): UpstreamProxy | null {
  return proxyFor(egress.upstream, withoutBrackets(base.host), base.port, !base.tls);
}

function baseUrl(url: string): BaseUrl {
  return known(parseBaseUrl(url));
}
