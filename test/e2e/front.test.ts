// SPDX-License-Identifier: Apache-2.0
// The tunnel's own proxies, through which real clients reach the tailnet.
import { BUILDS } from "../world/images.js";
import { accessTo, describeInContainers, PATIENT, RAW, Stage, useWorld } from "./stage.js";

const PROXY = "http://localhost:8080";
const CURL = `curl -sS -x ${PROXY}`;

/** Opens connections by each protocol, and resets or closes them after a while: before, during and after the dial. */
const VANISH = `
  const { connect } = require("net");
  const requests = [
    "CONNECT state:8000 HTTP/1.1\\r\\n\\r\\n",
    "\\x05\\x01\\x00\\x05\\x01\\x00\\x03\\x05state\\x1f\\x40",
    "\\x05\\x01\\x00\\x05\\x03\\x00\\x01\\0\\0\\0\\0\\0\\0",
    "GET http://state:8000/drip HTTP/1.1\\r\\nHost: state\\r\\n\\r\\n",
    "POST http://state:8000/length HTTP/1.1\\r\\nHost: state\\r\\nContent-Length: 9\\r\\n\\r\\nabc",
  ];
  const vanish = (request, after) => new Promise((resolve) => {
    const socket = connect(8080, "127.0.0.1", () => {
      socket.write(request, "latin1");
      setTimeout(() => (after % 2 === 0 ? socket.resetAndDestroy() : socket.destroy()), after);
    });
    socket.on("error", () => {});
    socket.on("close", resolve);
  });
  (async () => {
    for (const after of [0, 1, 4, 7, 20, 21, 100, 101]) {
      await Promise.all(requests.flatMap((one) => Array.from({ length: 20 }, () => vanish(one, after))));
    }
  })();`.replaceAll("\n", " ");

describeInContainers("the proxies of a tunnel", () => {
  const world = useWorld();

  describe.each(BUILDS)("%s", (build) => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await Stage.open(build, { ...(await accessTo(world().tailnet)), ...PATIENT });
      const up = await stage.run("spacetail up --watch none");
      if (up.code !== 0) throw new Error(up.text);
    });
    afterAll(async () => {
      await stage?.run("spacetail down");
      expect(await stage?.leftovers()).toEqual([]);
      await stage?.close();
    });

    /** What a line prints; it must succeed. */
    async function prints(line: string): Promise<string> {
      const output = await stage.run(line);
      expect({ line, code: output.code, text: output.code === 0 ? "" : output.text }).toEqual({
        line,
        code: 0,
        text: "",
      });
      return output.text;
    }

    test.each([
      ["curl, HTTP", `${CURL} http://state/hello`],
      ["curl, CONNECT", `${CURL} -p http://state/hello`],
      ["curl, SOCKS5 with a name", "curl -sS -x socks5h://localhost:1080 http://state/hello"],
      ["curl, SOCKS5 on the HTTP proxy's port", "curl -sS -x socks5h://localhost:8080 http://state.tail.test/hello"],
      ["curl, HTTP on the SOCKS5 proxy's port", "curl -sS -x http://localhost:1080 http://state/hello"],
      ["curl, over IPv6 loopback", "curl -sS -x http://[::1]:8080 http://state/hello"],
      ["wget", `http_proxy=${PROXY} wget -q -O - http://state/hello`],
      ["wget with a login in the URL", `http_proxy=${PROXY} wget -q -O - http://me:secret@state/hello`],
    ])("serve %s", async (_, line) => {
      expect(await prints(line)).toBe("hello from the tailnet\n");
    });

    test("serve addresses of both families", async () => {
      const addresses = world().tailnet.info.peers.find((peer) => peer.name === "state")?.addresses ?? [];
      expect(addresses).toHaveLength(2);
      for (const address of addresses) {
        const host = address.includes(":") ? `[${address}]` : address;
        for (const proxy of [PROXY, "socks5h://localhost:1080", "socks5://localhost:1080"]) {
          expect(await prints(`curl -sS -g -x ${proxy} http://${host}/hello`)).toBe("hello from the tailnet\n");
        }
      }
    });

    test("leave compressed answers as they are", async () => {
      const packed = await prints(`${CURL} -i http://state:8000/gzip | head -c 1000 | od -c`);
      expect(packed).not.toContain("Via");
      expect(await prints(`${CURL} http://state:8000/gzip | gunzip`)).toBe("hello from the tailnet\n");
      expect(await prints(`${CURL} -D - -o /dev/null http://state:8000/gzip`)).toContain("Content-Encoding: gzip");
    });

    test("add nothing to a request, and take nothing from it", async () => {
      const headers = "-H 'accept-ENCODING: br' -H 'X-B: 2' -H 'x-b: 1' -H 'User-Agent: test' -H 'Accept:'";
      expect(await prints(`${CURL} ${headers} 'http://state:8001/a%20b?c=d'`)).toBe(
        "GET /a%20b?c=d HTTP/1.1\r\nHost: state:8001\r\naccept-ENCODING: br\r\nX-B: 2\r\nx-b: 1\r\nUser-Agent: test\r\n\r\n",
      );
    });

    test("carry many requests to several servers on one connection", async () => {
      const text = await prints(`${CURL} -v http://state/hello http://state:8001/ http://state/hello 2>&1`);
      expect(text.match(/hello from the tailnet/g)).toHaveLength(2);
      expect(text.match(/Re-using existing|Reusing existing/gi)).toHaveLength(2);
    });

    test("carry a pipeline, in order", async () => {
      const requests = [1, 2, 3]
        .map((i) => `GET http://state:8001/${i} HTTP/1.1\\r\\nHost: state\\r\\n\\r\\n`)
        .join("");
      const text = await prints(`printf '${requests}' | ${RAW} 8080`);
      expect([...text.matchAll(/GET \/(\d)/g)].map(([, i]) => i)).toEqual(["1", "2", "3"]);
    });

    test("carry chunks and trailers in both directions", async () => {
      const head =
        "POST http://state:8000/trailers HTTP/1.1\\r\\nHost: state\\r\\nTrailer: X-Sent\\r\\nConnection: close\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n";
      const text = await prints(`printf '${head}3\\r\\nabc\\r\\n0\\r\\nX-Sent: 9\\r\\n\\r\\n' | ${RAW} 8080`);
      expect(text).toMatch(/X-Got: 9\r\n/);
      expect(text).toMatch(/3\r\nabc\r\n0\r\nX-Sum: 3\r\n\r\n$/);
    });

    test("carry large bodies, with and without 100 Continue", async () => {
      const size = 5_000_000;
      await prints(`head -c ${size} /dev/zero > /tmp/large`);
      for (const expect_ of ["Expect: 100-continue", "Expect:"]) {
        expect(await prints(`${CURL} -T /tmp/large -H '${expect_}' http://state:8000/length`)).toBe(`${size}\n`);
      }
      expect(await prints(`${CURL} -H 'Transfer-Encoding: chunked' -T - http://state:8000/length < /tmp/large`)).toBe(
        `${size}\n`,
      );
      for (const flag of ["", "-p"]) {
        expect(await prints(`${CURL} ${flag} 'http://state:8000/bytes?size=${size}' | wc -c`)).toBe(`${size}\n`);
      }
    });

    test("pass on an answer that comes instead of 100 Continue", async () => {
      const head =
        "PUT http://state:8000/refuse HTTP/1.1\\r\\nHost: state\\r\\nExpect: 100-continue\\r\\nContent-Length: 9\\r\\n\\r\\n";
      // curl would send the request once more, which servers answer with a reset.
      const text = await prints(`printf '${head}' | ${RAW} 8080 open`);
      expect(text).toMatch(/^HTTP\/1\.1 417 [\s\S]*Connection: close\r\n\r\nno\n$/);
    });

    test("carry answers without a body", async () => {
      const status = "-o /dev/null -w '%{http_code} '";
      expect(
        await prints(`${CURL} -I ${status} http://state/hello --next ${status} -x ${PROXY} http://state:8000/empty`),
      ).toBe("200 204 ");
    });

    test("carry upgrades", async () => {
      const head =
        "GET http://state:8000/upgrade HTTP/1.1\\r\\nHost: state\\r\\nConnection: Upgrade\\r\\nUpgrade: echo\\r\\n\\r\\n";
      expect(await prints(`printf '${head}ping' | ${RAW} 8080`)).toMatch(/^HTTP\/1\.1 101 [\s\S]*\r\n\r\nping$/);
    });

    test.each([
      ["HTTP", "printf 'CONNECT state:8002 HTTP/1.1\\r\\n\\r\\n12345'", /^HTTP\/1\.1 200 .*\r\n\r\n5\n$/],
      ["SOCKS5", "printf '\\005\\001\\000\\005\\001\\000\\003\\005state\\037\\10212345'", /5\n$/],
    ])("keep a connection open when one side sends no more, by %s", async (_, request, answer) => {
      expect(await prints(`${request} | ${RAW} 1080`)).toMatch(answer);
    });

    test("say at once that a client takes them for a proxy within TLS", async () => {
      const hello = "\\026\\003\\001\\002\\000\\001\\000\\001\\374\\003\\003";
      expect(await prints(`printf '${hello}' | ${RAW} 8080 open`)).toMatch(/^HTTP\/1\.1 400 .*this is not HTTP/s);
    });

    test("keep nothing of clients that go away, whenever that is", async () => {
      const { pid } = await stage.find(/supervise$/);
      const daemon = await stage.find(/^\S*tailscaled --tun/);
      const count = `ls /proc/${pid}/fd /proc/${daemon.pid}/fd | wc -l`;
      const before = Number(await prints(count));
      await prints(`node -e '${VANISH}'`);
      // Pipes that are kept for later are not lost.
      const most = before + 32;
      await prints(`until [ $(${count}) -le ${most} ]; do sleep 0.1; done`);
      expect(await prints("cat /tmp/spacetail-*/supervisor.log")).not.toContain("Cannot read the answer of state");
    });

    test("refuse what servers could read in another way", async () => {
      const smuggled =
        "POST http://state/ HTTP/1.1\\r\\nHost: state\\r\\nContent-Length: 4\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n";
      expect(await prints(`printf '${smuggled}' | ${RAW} 8080`)).toMatch(/^HTTP\/1\.1 400 /);
    });

    test.each([
      [
        "nothing listens",
        "db:9",
        502,
        "5",
        /Cannot reach db:9: db.tail.test refused the connection. Start the service that listens on port 9./,
      ],
      [
        "the policy drops it",
        "vault:443",
        504,
        "4",
        /Cannot reach vault:443: vault.tail.test answers pings but drops the connection/,
      ],
      ["the node is offline", "attic:80", 504, "4", /Cannot reach attic:80: attic.tail.test is offline/],
      ["there is no such name", "nosuch.invalid:80", 502, "4", /Cannot reach nosuch.invalid:80: .*nosuch.invalid/],
    ])("say in words and codes when %s", async (_, target, status, code, words) => {
      const http = await stage.run(`${CURL} -i http://${target}/ ; curl -sS -p -x ${PROXY} -v http://${target}/ 2>&1`);
      expect(http.text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(http.text).toMatch(new RegExp(`Tailscale-Connect-Error: ${words.source}`));
      expect(http.text).toMatch(new RegExp(`spacetail: ${words.source}`));
      expect(http.text).toMatch(new RegExp(`< Tailscale-Connect-Error: ${words.source}`));
      const socks = await stage.run(`curl -sS -x socks5h://localhost:1080 http://${target}/`);
      expect(socks.code).toBe(97);
      expect(socks.text).toContain(`(${code})`);
      expect(await prints("cat /tmp/spacetail-*/supervisor.log")).toMatch(words);
    });
  });
});
