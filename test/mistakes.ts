// SPDX-License-Identifier: Apache-2.0
// Mistakes that users make, above all those without a compiler, and what they are told: the same in every output.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts of shells and Terraform hold such placeholders

/** Options of a context, and a line for each problem, without what a class or command puts before it. */
export type Mistake = readonly [options: Readonly<Record<string, unknown>>, lines: readonly string[]];

const NOT_LOOPBACK = "must be a loopback address, such as localhost:8080, unless allowRemoteClients is true";

const SUM = "a".repeat(64);
const SUMS = { "spacetail-linux-amd64": SUM, "tailscaled-linux-amd64": SUM };

/** Options that a context needs, for mistakes that are about others. */
export const GOOD = { name: "tailnet", auth: { authKey: "key" } };

/** Options that a federated identity needs. */
export const GOOD_IDENTITY = { account: "acme", tags: ["tag:a"] };

/** Options that an OAuth client needs. */
export const GOOD_CLIENT = { tags: ["tag:a"] };

/** Mistakes in the options of a context, which replace those of {@link GOOD}. */
export const CONTEXT_MISTAKES: readonly Mistake[] = [
  [{ name: "" }, ['name must not be empty, but "" was given']],
  [{ name: undefined }, ["name must be given"]],
  [{ name: 7 }, ["name must be a string, but 7 was given"]],
  [{ name: null }, ["name must be a string, but null was given"]],
  [{ name: "tail\nnet" }, ["name must not contain a line break"]],
  [
    { name: "!!!" },
    [
      'name must contain a letter or digit, because the stack label is derived from it unless autoattach is given, but "!!!" was given',
    ],
  ],
  [
    { name: "日本" },
    [
      'name must contain a letter or digit, because the stack label is derived from it unless autoattach is given, but "日本" was given',
    ],
  ],
  [{ spaceId: "" }, ['spaceId must not be empty, but "" was given']],
  [{ spaceId: 5 }, ["spaceId must be a string, but 5 was given"]],
  [{ spaceId: " root" }, ['spaceId must not begin or end with a blank, but " root" was given']],
  [{ phases: [] }, ["phases must name at least one of init, plan, apply, perform, destroy, but [] was given"]],
  [
    { phases: ["plan", "deploy"] },
    ['phases[1] must be one of init, plan, apply, perform, destroy, but "deploy" was given'],
  ],
  [{ phases: ["plan", "plan"] }, ['phases must not name plan twice, but ["plan","plan"] was given']],
  [{ phases: "apply" }, ['phases must be a list, but "apply" was given']],
  // A long value is shortened only after secrets in it are gone: part of one would not be recognized.
  [
    { phases: `${"x".repeat(180)} ghp_${"a".repeat(36)}` },
    [`phases must be a list, but "${"x".repeat(180)} [secret]" was given`],
  ],
  [{ phases: "x".repeat(300) }, [`phases must be a list, but "${"x".repeat(199)}... was given`]],
  [{ phases: [7] }, ["phases[0] must be a string, but 7 was given"]],
  [{ phases: { plan: true } }, ['phases must be a list, but {"plan":true} was given']],
  [{ phases: null }, ["phases must be a list, but null was given"]],
  [{ runnerImage: " " }, ['runnerImage must not be empty, but " " was given']],
  [{ runnerRegistry: "" }, ['runnerRegistry must not be empty, but "" was given']],
  [{ delivery: "docker" }, ['delivery must be one of image, fetch, but "docker" was given']],
  [
    { delivery: "fetch" },
    [
      'delivery must not be fetch without fetchUrl and fetchSums, because this is not a release of spacetail, but "fetch" was given',
    ],
  ],
  [
    { delivery: "fetch", fetchUrl: "https://files.test" },
    ["fetchSums must be given, because this is not a release of spacetail"],
  ],
  [
    { fetchUrl: "https://files.test", fetchSums: SUMS },
    [
      'fetchUrl must not be given unless delivery is fetch, but "https://files.test" was given',
      "fetchSums must not be given unless delivery is fetch",
    ],
  ],
  [{ delivery: "fetch", fetchSums: SUMS }, ["fetchUrl must be given together with fetchSums"]],
  [
    { delivery: "fetch", fetchUrl: "https://files.test/a?b", fetchSums: SUMS },
    [
      'fetchUrl must be an http:// or https:// URL without login, query and quotes, but "https://files.test/a?b" was given',
    ],
  ],
  [
    { delivery: "fetch", fetchUrl: "ftp://files.test", fetchSums: {} },
    [
      'fetchUrl must be an http:// or https:// URL without login, query and quotes, but "ftp://files.test" was given',
      "fetchSums must have the sums of spacetail-linux-amd64 and tailscaled-linux-amd64",
    ],
  ],
  [
    { delivery: "fetch", fetchUrl: "https://files.test", fetchSums: { "spacetail-linux-arm64": SUM } },
    ['fetchSums["tailscaled-linux-arm64"] must be given together with spacetail-linux-arm64'],
  ],
  [
    { delivery: "fetch", fetchUrl: "https://files.test", fetchSums: { ...SUMS, tailscale: SUM } },
    [
      "fetchSums.tailscale must be one of spacetail-linux-amd64, tailscaled-linux-amd64, spacetail-linux-arm64, tailscaled-linux-arm64",
    ],
  ],
  [
    { delivery: "fetch", fetchUrl: "https://files.test", fetchSums: { ...SUMS, "spacetail-linux-amd64": "12ab" } },
    ['fetchSums["spacetail-linux-amd64"] must be a SHA-256: 64 digits 0-9a-f, but "12ab" was given'],
  ],
  [
    {
      delivery: "fetch",
      fetchUrl: "https://files.test",
      fetchSums: SUMS,
      files: [{ path: ".spacetail-fetch.sh", content: "x", secret: false }],
    },
    ['files[0].path must not be .spacetail-fetch.sh, which delivery needs, but ".spacetail-fetch.sh" was given'],
  ],
  [
    { runnerImage: "a", runnerRegistry: "b" },
    ['runnerRegistry must not be given together with runnerImage, but "b" was given'],
  ],
  [{ labels: ["a", ""] }, ['labels[1] must not be empty, but "" was given']],
  [
    { labels: ["autoattach:x"] },
    [
      'labels[0] must not be an autoattach label: use autoattach, autoattachLabels or autoattachAll, but "autoattach:x" was given',
    ],
  ],
  [{ labels: "x" }, ['labels must be a list, but "x" was given']],
  [{ autoattach: "" }, ['autoattach must not be empty, but "" was given']],
  [{ autoattach: "*" }, ['autoattach must not contain "*": use autoattachAll to attach everywhere, but "*" was given']],
  [
    { autoattach: "tskey-auth-hidden" },
    ["autoattach must not contain a Tailscale secret, because everyone who can see the context can read it"],
  ],
  [
    { autoattach: "autoattach:x" },
    [
      'autoattach must be the plain label: the "autoattach:" prefix goes on the context only, but "autoattach:x" was given',
    ],
  ],
  [{ autoattach: "x", autoattachAll: true }, ["autoattach must not be given together with autoattachAll"]],
  [{ autoattach: "x", autoattachLabels: ["y"] }, ["autoattachLabels must not be given together with autoattach"]],
  [
    { autoattachLabels: ["a", "*"] },
    ['autoattachLabels[1] must not contain "*": use autoattachAll to attach everywhere, but "*" was given'],
  ],
  [
    { autoattachLabels: ["a"], autoattachAll: true },
    ["autoattachLabels must not be given together with autoattachAll"],
  ],
  [{ autoattachAll: "true" }, ['autoattachAll must be true or false, but "true" was given']],
  [{ outermost: 1 }, ["outermost must be true or false, but 1 was given"]],
  [{ exitTrap: "false" }, ['exitTrap must be true or false, but "false" was given']],
  [{ trace: "yes" }, ['trace must be true or false, but "yes" was given']],
  [{ bootTimeout: 60 }, ["bootTimeout must be a string, but 60 was given"]],
  [{ description: "" }, ['description must not be empty, but "" was given']],
  [{ phase: ["plan"] }, ["phase is not an option: did you mean phases?"]],
  [{ autoAttach: "x" }, ["autoAttach is not an option: did you mean autoattach?"]],
  [{ space: "root" }, ["space is not an option: did you mean spaceId?"]],
  [{ count: 2 }, ["count is not supported: create one for each, for example in a loop"]],
  [{ forEach: ["a"] }, ["forEach is not supported: create one for each, for example in a loop"]],
  [{ environments: { A: "1" } }, ["environments is not an option: did you mean environment?"]],
  [{ hooks: ["date"] }, ["hooks is not an option: did you mean beforeHooks?"]],
  [{ secrets: { A: "hidden" } }, ["secrets is not an option: did you mean secretEnvironment?"]],
  [{ authKey: "tskey-auth-hidden" }, ["authKey is not an option: did you mean auth.authKey?"]],
  [{ frobnicate: 1 }, ["frobnicate is not an option"]],
  [
    { environment: { "MY-VALUE": "x" } },
    ['environment["MY-VALUE"] must have a name of letters, digits and underscores that does not begin with a digit'],
  ],
  [
    { environment: { "": "x" } },
    ['environment[""] must have a name of letters, digits and underscores that does not begin with a digit'],
  ],
  [{ environment: { Resource: "x" } }, ["environment.Resource must not have this name, which is reserved"]],
  [{ environment: { X: 5 } }, ["environment.X must be a string, but 5 was given"]],
  [{ environment: "X=5" }, ['environment must be an object, but "X=5" was given']],
  [{ environment: { A: "a\nb" } }, ["environment.A must not contain a line break"]],
  [{ environment: { A: "a\0b" } }, ['environment.A must not contain a NUL character, but "a\\u0000b" was given']],
  [{ environment: ["A=1"] }, ['environment must be an object, but ["A=1"] was given']],
  [{ environment: { TS_AUTHKEY: "hidden" } }, ["environment.TS_AUTHKEY must not be set here: use auth"]],
  [{ environment: { ro_TS_CLIENT_ID: "k" } }, ["environment.ro_TS_CLIENT_ID must not be set here: use auth"]],
  [
    { environment: { TS_LOGIN_SERVER: "https://a.test" } },
    ["environment.TS_LOGIN_SERVER must not be set here: use controlUrl"],
  ],
  [
    { environment: { TS_EXTRA_ARGS: "--accept-dns" } },
    ["environment.TS_EXTRA_ARGS must not be set here: use acceptDns, acceptRoutes, exitNode, shieldsUp or ssh"],
  ],
  [{ environment: { TRACE: "true" } }, ["environment.TRACE must not be set here: use trace"]],
  [
    { environment: { TS_ROUTES: "10.0.0.0/8", TS_STATE_DIR: "/var/lib/tailscale", TS_USERSPACE: "true" } },
    [
      "environment.TS_USERSPACE must not be set here: use userspace",
      "environment.TS_ROUTES is not supported: set --advertise-routes in TS_EXTRA_ARGS, which needs the full tailscaled",
    ],
  ],
  [
    { environment: { wo_TS_DEST_IP: "10.0.0.1" } },
    [
      "environment.wo_TS_DEST_IP is not supported: spacetail does not forward traffic; programs reach the tailnet through its proxies",
    ],
  ],
  [
    { environment: { A: "tskey-auth-hidden" } },
    [
      "environment.A must not contain a Tailscale secret, because everyone who can see the context can read it: use secretEnvironment or auth",
    ],
  ],
  [
    { environment: { A: "ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" } },
    [
      "environment.A must not contain a GitHub token, because everyone who can see the context can read it: use secretEnvironment or auth",
    ],
  ],
  [
    { environment: { A: "AKIAIOSFODNN7EXAMPLE" } },
    [
      "environment.A must not contain an AWS access key, because everyone who can see the context can read it: use secretEnvironment or auth",
    ],
  ],
  [
    { environment: { A: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4eHgifQ.c2ln" } },
    [
      "environment.A must not contain a JSON Web Token, because everyone who can see the context can read it: use secretEnvironment or auth",
    ],
  ],
  [
    { environment: { "tskey-auth-hidden": "x" } },
    ['environment["[secret]"] must have a name of letters, digits and underscores that does not begin with a digit'],
  ],
  [
    { secretEnvironment: { "MY-VALUE": "hidden" } },
    [
      'secretEnvironment["MY-VALUE"] must have a name of letters, digits and underscores that does not begin with a digit',
    ],
  ],
  [{ secretEnvironment: { TS_AUTHKEY: "hidden" } }, ["secretEnvironment.TS_AUTHKEY must not be set here: use auth"]],
  [
    { secretEnvironment: { BOTH: "hidden" }, environment: { BOTH: "" } },
    ["secretEnvironment.BOTH must not be in environment too"],
  ],
  [{ secretEnvironment: { A: "" } }, ["secretEnvironment.A must not be empty"]],
  [{ secretEnvironment: { A: "hidden\nkey" } }, ["secretEnvironment.A must not contain a line break"]],
  [{ secretEnvironment: { A: 7 } }, ["secretEnvironment.A must be a string"]],
  [{ files: "x" }, ["files must be a list of objects"]],
  [{ files: ["x"] }, ["files[0] must be an object"]],
  [{ files: [{ content: "x" }] }, ["files[0].path must be given"]],
  [
    { files: [{ path: "/etc/passwd", content: "x" }] },
    ['files[0].path must be relative to /mnt/workspace/, but "/etc/passwd" was given'],
  ],
  [
    { files: [{ path: "a/../x", content: "x" }] },
    ['files[0].path must name a file, without empty parts, . or .., but "a/../x" was given'],
  ],
  [
    { files: [{ path: "a\tb", content: "x" }] },
    ['files[0].path must not contain control characters, but "a\\tb" was given'],
  ],
  [
    { files: [{ path: "", content: "x" }] },
    ['files[0].path must not be empty, nor begin or end with a blank, but "" was given'],
  ],
  [{ files: [{ path: "a", content: "" }] }, ["files[0].content must not be empty"]],
  [
    { files: [{ path: "spacelift.oidc", content: "x" }] },
    ['files[0].path must not be a file that Spacelift\'s worker keeps there, but "spacelift.oidc" was given'],
  ],
  [
    { files: [{ path: ".env_hooks_after", content: "x" }] },
    ['files[0].path must not be a file that Spacelift\'s worker keeps there, but ".env_hooks_after" was given'],
  ],
  [
    { files: [{ path: "a", content: "tskey-auth-hidden", secret: false }] },
    ["files[0].content must not contain a Tailscale secret, because everyone who can see the context can read it"],
  ],
  [
    {
      files: [
        { path: "a", content: "x" },
        { path: "a", content: "y" },
      ],
    },
    ['files[1].path must not be given twice, but "a" was given'],
  ],
  [
    {
      files: [
        { path: "a/b", content: "x" },
        { path: "a", content: "y" },
      ],
    },
    ['files[0].path must not be below a, which is a file too, but "a/b" was given'],
  ],
  [{ files: [{ path: "a", content: "x", secret: "no" }] }, ["files[0].secret must be true or false"]],
  [{ files: [{ path: "a", content: "x", mode: "0755" }] }, ["files[0].mode is not an option"]],
  [
    {
      files: [
        {
          path: "a",
          content: "-----BEGIN OPENSSH PRIVATE KEY-----\nhidden\n-----END OPENSSH PRIVATE KEY-----",
          secret: false,
        },
      ],
    },
    ["files[0].content must not contain a private key, because everyone who can see the context can read it"],
  ],
  [{ waitFor: ["db"] }, ['waitFor[0] must be host:port, such as localhost:8080, but "db" was given']],
  [
    { waitFor: ["db:5432", "tskey-auth-hidden:80"] },
    ["waitFor[1] must not contain a Tailscale secret, because everyone who can see the context can read it"],
  ],
  [{ waitFor: "db:5432" }, ['waitFor must be a list, but "db:5432" was given']],
  [{ bootTimeout: "soon" }, ['bootTimeout must be a duration above zero such as 60s or 1m30s, but "soon" was given']],
  [
    { bootTimeout: "tskey-auth-hidden" },
    ["bootTimeout must not contain a Tailscale secret, because everyone who can see the context can read it"],
  ],
  [{ hostname: "???" }, ['hostname must contain at least one letter or digit, but "???" was given']],
  [
    { hostname: "tskey-auth-hidden" },
    ["hostname must not contain a Tailscale secret, because everyone who can see the context can read it"],
  ],
  [
    { controlUrl: "ftp://a" },
    ['controlUrl must be an http:// or https:// URL of a server, without a path, but "ftp://a" was given'],
  ],
  [
    { controlUrl: "https://tskey-auth-hidden/path" },
    ["controlUrl must not contain a Tailscale secret, because everyone who can see the context can read it"],
  ],
  [
    { apiUrl: "http://a.test" },
    ['apiUrl must be an https:// URL: plain http is for loopback addresses only, but "http://a.test" was given'],
  ],
  [{ exitNode: "a b" }, ['exitNode must be one word, without blanks, but "a b" was given']],
  [{ exitNode: "" }, ['exitNode must be one word, without blanks, but "" was given']],
  [
    { exitNode: "tskey-auth-hidden" },
    ["exitNode must not contain a Tailscale secret, because everyone who can see the context can read it"],
  ],
  [{ httpProxy: "8080" }, ['httpProxy must be host:port, such as localhost:8080, but "8080" was given']],
  [{ httpProxy: "0.0.0.0:8080" }, [`httpProxy ${NOT_LOOPBACK}, but "0.0.0.0:8080" was given`]],
  [{ httpProxy: "proxy.corp.test:8080" }, [`httpProxy ${NOT_LOOPBACK}, but "proxy.corp.test:8080" was given`]],
  [{ socks5Server: "8080" }, ['socks5Server must be host:port, such as localhost:8080, but "8080" was given']],
  [{ socks5Server: "10.0.0.1:1080" }, [`socks5Server ${NOT_LOOPBACK}, but "10.0.0.1:1080" was given`]],
  [
    { socks5Server: "10.0.0.1:1080", allowRemoteClients: false },
    [`socks5Server ${NOT_LOOPBACK}, but "10.0.0.1:1080" was given`],
  ],
  [
    { forwards: ["15432:db:5432", "db:5432"] },
    ['forwards[1] must be PORT:HOST:PORT, such as 15432:db:5432, but "db:5432" was given'],
  ],
  [
    { forwards: ["15432:db:5432", "15432:web:80"] },
    ['forwards must not use port 15432 twice, but ["15432:db:5432","15432:web:80"] was given'],
  ],
  [{ noProxy: [""] }, ['noProxy[0] must be a host, a domain or an IPv4 network, but "" was given']],
  [
    { noProxy: ["tskey-auth-hidden"] },
    ["noProxy[0] must not contain a Tailscale secret, because everyone who can see the context can read it"],
  ],
  [{ userspace: "no" }, ['userspace must be true, false or auto, but "no" was given']],
  [
    { ssh: true, shieldsUp: true },
    ["shieldsUp must not be true together with ssh, because shields refuse every connection from the tailnet"],
  ],
  [
    { proxyVariables: ["ALL-PROXY"] },
    [
      'proxyVariables[0] must be a name of letters, digits and underscores that does not begin with a digit, but "ALL-PROXY" was given',
    ],
  ],
  [
    { proxyVariables: ["ALL_PROXY", "PATH"] },
    ['proxyVariables[1] must not be a variable that has another meaning, but "PATH" was given'],
  ],
  [{ proxyVariables: "ALL_PROXY" }, ['proxyVariables must be a list, but "ALL_PROXY" was given']],
  [{ noProxy: ["a b"] }, ['noProxy[0] must be a host, a domain or an IPv4 network, but "a b" was given']],
  [{ noProxy: ["a", "*"] }, ['noProxy[1] must not keep everything out of the tunnel, but "*" was given']],
  [{ noProxy: ["*.corp.test"] }, ['noProxy[0] must begin with the dot, not with *, but "*.corp.test" was given']],
  [
    { tailscaledArgs: ["--socket=x"] },
    ['tailscaledArgs must not contain --socket: use socket, but ["--socket=x"] was given'],
  ],
  [
    { tailscaledArgs: ["--socks5-server=localhost:1"] },
    [
      'tailscaledArgs must not contain --socks5-server: use socks5Server, but ["--socks5-server=localhost:1"] was given',
    ],
  ],
  [
    { tailscaledArgs: ["-outbound-http-proxy-listen=a:1"] },
    [
      'tailscaledArgs must not contain --outbound-http-proxy-listen: use httpProxy, but ["-outbound-http-proxy-listen=a:1"] was given',
    ],
  ],
  [
    { tailscaledArgs: ["--socks5-server", "a:1"] },
    ['tailscaledArgs must not contain --socks5-server: use socks5Server, but ["--socks5-server","a:1"] was given'],
  ],
  [{ tailscaledArgs: ["a b"] }, ['tailscaledArgs[0] must be one word, without blanks, but "a b" was given']],
  [
    { tailscaledArgs: ["--authkey=tskey-auth-hidden"] },
    ["tailscaledArgs[0] must not contain a Tailscale secret, because everyone who can see the context can read it"],
  ],
  [{ runtimeDir: "here" }, ['runtimeDir must be an absolute path, but "here" was given']],
  [{ socket: "here" }, ['socket must be an absolute path, but "here" was given']],
  [
    { socket: "/tmp/tskey-auth-hidden" },
    ["socket must not contain a Tailscale secret, because everyone who can see the context can read it"],
  ],
  [
    { name: "tskey-auth-hidden" },
    ["name must not contain a Tailscale secret, because everyone who can see the context can read it"],
  ],
  [
    { description: "with tskey-auth-hidden" },
    ["description must not contain a Tailscale secret, because everyone who can see the context can read it"],
  ],
  [
    { labels: ["a", "tskey-auth-hidden"] },
    ["labels[1] must not contain a Tailscale secret, because everyone who can see the context can read it"],
  ],
  [
    { hostname: "tskey-auth-hidden" },
    ["hostname must not contain a Tailscale secret, because everyone who can see the context can read it"],
  ],
  [
    { waitFor: ["tskey-auth-hidden:80"] },
    ["waitFor[0] must not contain a Tailscale secret, because everyone who can see the context can read it"],
  ],
  [{ spaceId: "tskey-auth-hidden" }, ["spaceId must not contain a Tailscale secret"]],
  [{ runnerImage: "tskey-auth-hidden" }, ["runnerImage must not contain a Tailscale secret"]],
  [{ beforeHooks: "date" }, ['beforeHooks must be a list of objects, but "date" was given']],
  [
    { beforeHooks: [{ phase: "run", command: "date" }] },
    ['beforeHooks[0].phase must be one of init, plan, apply, perform, destroy, but "run" was given'],
  ],
  [{ afterHooks: [{ phase: "plan", command: "" }] }, ['afterHooks[0].command must not be empty, but "" was given']],
  [
    { beforeHooks: [{ phase: "plan", command: "exit 0" }] },
    [
      'beforeHooks[0].command must not exit, which would end the whole phase: use false to fail, or a subshell, but "exit 0" was given',
    ],
  ],
  [
    { beforeHooks: [{ phase: "plan", command: "npm ci # quick" }] },
    [
      'beforeHooks[0].command must not contain a comment, which would hide the rest of the phase, but "npm ci # quick" was given',
    ],
  ],
  [
    { afterHooks: [{ phase: "plan", command: "server &" }] },
    ['afterHooks[0].command must not end in &, because Spacelift puts a semicolon after it, but "server &" was given'],
  ],
  [
    { beforeHooks: [{ phase: "plan", command: "trap 'x' EXIT" }] },
    [
      "beforeHooks[0].command must not set an EXIT trap unless exitTrap is false: it would replace the trap that takes the tunnel down, but \"trap 'x' EXIT\" was given",
    ],
  ],
  [
    { afterHooks: [{ phase: "plan", command: "curl -u tskey-auth-hidden: a.test" }] },
    ["afterHooks[0].command must not contain a Tailscale secret, because everyone who can see the context can read it"],
  ],
  [
    { beforeHooks: [{ phase: "plan", command: "a && && b" }] },
    [
      'beforeHooks[0].command must be a command that a shell can parse: "&&" does not belong there, but "a && && b" was given',
    ],
  ],
  [{ beforeHooks: [{ phase: "plan" }] }, ["beforeHooks[0].command must be given"]],
  [
    { afterHooks: [{ phase: "plan", command: "date", outsideTunnel: "yes" }] },
    ['afterHooks[0].outsideTunnel must be true or false, but "yes" was given'],
  ],
  [{ attachments: [{}] }, ["attachments[0] must have exactly one of stackId, moduleId"]],
  [{ attachments: ["web"] }, ['attachments[0] must be an object, but "web" was given']],
  [{ attachments: [{ stackId: "a", moduleId: "b" }] }, ["attachments[0] must have exactly one of stackId, moduleId"]],
  [{ attachments: [{ stackId: "" }] }, ['attachments[0].stackId must not be empty, but "" was given']],
  [
    { attachments: [{ stackId: "a", priority: 1.5 }] },
    ["attachments[0].priority must be a whole number, but 1.5 was given"],
  ],
  [
    { attachments: [{ stackId: "a", priority: "1" }] },
    ['attachments[0].priority must be a whole number, but "1" was given'],
  ],
  [
    { spaceId: "prod", attachments: [{ stackId: "a", spaceId: "root" }] },
    ['attachments[0].spaceId must be a space that a context in prod can reach, but "root" was given'],
  ],
  [
    {
      attachments: [
        { stackId: "a", id: "x" },
        { stackId: "a", id: "y" },
      ],
    },
    ['attachments[1].stackId must not be attached twice, but "a" was given'],
  ],
  [
    { attachments: [{ stackId: "a" }, { stackId: "b", id: "a" }] },
    ["attachments[1].id must not be the name of another attachment"],
  ],
  [{ auth: undefined }, ["auth must be given"]],
  [{ auth: null }, ["auth must be an object, but null was given"]],
  [{ auth: "x" }, ["auth must be an object"]],
  [
    { auth: {} },
    ["auth must have exactly one of federated, oauthClient, oauthSecret, authKey, external, but [] was given"],
  ],
  [
    { auth: { authKey: "tskey-auth-hidden", external: true } },
    [
      'auth must have exactly one of federated, oauthClient, oauthSecret, authKey, external, but ["authKey","external"] was given',
    ],
  ],
  [{ auth: { authKey: "" } }, ["auth.authKey must not be empty"]],
  [{ auth: { authKey: " tskey-auth-hidden" } }, ["auth.authKey must not begin or end with a blank"]],
  [{ auth: { authKey: "tskey-api-hidden" } }, ["auth.authKey must be an auth key, not an API access token"]],
  [{ auth: { authKey: "tskey-auth-hidden\n" } }, ["auth.authKey must not contain a line break"]],
  [
    { auth: { authKey: "tskey-client-hidden" } },
    ["auth.authKey must be an auth key: the secret of an OAuth client belongs in auth.oauthSecret.clientSecret"],
  ],
  [{ auth: { authKey: 7 } }, ["auth.authKey must be a string"]],
  [
    { auth: { authkey: "x" } },
    [
      "auth.authkey is not an option: did you mean authKey?",
      "auth must have exactly one of federated, oauthClient, oauthSecret, authKey, external, but [] was given",
    ],
  ],
  [{ auth: { oauthSecret: {} } }, ["auth.oauthSecret.clientSecret must be given"]],
  [{ auth: { oauthSecret: "x" } }, ["auth.oauthSecret must be an object"]],
  [{ auth: { oauthSecret: { clientSecret: " " } } }, ["auth.oauthSecret.clientSecret must not be empty"]],
  [
    { auth: { oauthSecret: { clientSecret: "tskey-api-hidden" } } },
    ["auth.oauthSecret.clientSecret must be the secret of an OAuth client, not an API access token"],
  ],
  [
    { auth: { oauthSecret: { clientSecret: "tskey-auth-hidden" } } },
    ["auth.oauthSecret.clientSecret must be the secret of an OAuth client: an auth key belongs in auth.authKey"],
  ],
  [
    { auth: { oauthSecret: { clientSecret: "tskey-client-hidden?reusable=true" } } },
    [
      'auth.oauthSecret.clientSecret must not have the attribute "reusable": known are ephemeral, preauthorized, baseURL',
    ],
  ],
  [
    { auth: { oauthSecret: { clientSecret: "tskey-client-hidden?baseURL=http://api.test" } } },
    [
      "auth.oauthSecret.clientSecret must have a valid baseURL: it must be an https:// URL: plain http is for loopback addresses only",
    ],
  ],
  [
    { auth: { federated: { identity: { clientId: "k1?baseURL=https://api.test" } } } },
    [
      'auth.federated.identity.clientId must not have the attribute "baseURL": known are ephemeral, preauthorized, but "k1?baseURL=https://api.test" was given',
    ],
  ],
  [
    { auth: { oauthSecret: { clientSecret: "tskey-client-hidden", clientId: "" } } },
    ['auth.oauthSecret.clientId must not be empty, but "" was given'],
  ],
  [
    { auth: { oauthSecret: { clientSecret: "tskey-client-hidden", clientId: "tskey-auth-hidden" } } },
    [
      "auth.oauthSecret.clientId must not contain a Tailscale secret, because everyone who can see the context can read it",
    ],
  ],
  [
    { auth: { oauthSecret: { clientSecret: "tskey-client-hidden", tags: [] } } },
    ["auth.oauthSecret.tags must name at least one tag, but [] was given"],
  ],
  [
    { auth: { oauthSecret: { clientSecret: "tskey-client-hidden", tags: "tag:a" } } },
    ['auth.oauthSecret.tags must be a list, but "tag:a" was given'],
  ],
  [
    { auth: { oauthClient: "k1" } },
    ["auth.oauthClient must be a TailnetOAuthClient, or an object with its clientSecret"],
  ],
  [{ auth: { oauthClient: {} } }, ["auth.oauthClient.clientSecret must be given"]],
  [{ auth: { external: false } }, ["auth.external must be true if it is given, but false was given"]],
  [{ auth: { external: "yes" } }, ['auth.external must be true or false, but "yes" was given']],
  [{ auth: { federated: {} } }, ["auth.federated must have identity alone, or read, write or both, but [] was given"]],
  [{ auth: { federated: true } }, ["auth.federated must be an object, but true was given"]],
  [
    { auth: { federated: { identity: "k1" } } },
    ["auth.federated.identity must be a TailnetFederatedIdentity, or an object with its clientId"],
  ],
  [{ auth: { federated: { identity: {} } } }, ["auth.federated.identity.clientId must be given"]],
  [
    { auth: { federated: { identity: { clientId: "tskey-auth-hidden" } } } },
    [
      "auth.federated.identity.clientId must not contain a Tailscale secret, because everyone who can see the context can read it",
    ],
  ],
  [
    { auth: { federated: { identity: { clientId: "a", spaceId: "" } } } },
    [
      'auth.federated.identity.spaceId must be an ID of letters, digits, dashes, dots and underscores, in which * matches any characters, but "" was given',
    ],
  ],
  [
    { auth: { federated: { identity: { clientId: "a" }, read: { clientId: "b" } } } },
    ['auth.federated must have identity alone, or read, write or both, but ["identity","read"] was given'],
  ],
  [
    { auth: { federated: { identity: { clientId: "a", tags: ["b"] } } } },
    ['auth.federated.identity.tags[0] must begin with "tag:", but "b" was given'],
  ],
  [
    { auth: { federated: { identity: { clientId: "a", spaceId: "root" } } }, spaceId: "prod" },
    ['auth.federated.identity.spaceId must be a space that a context in prod can reach, but "root" was given'],
  ],
  [
    { auth: { federated: { read: { clientId: "a" } } }, phases: ["plan", "apply"] },
    ['phases must not include apply unless auth.federated.write is given, but ["plan","apply"] was given'],
  ],
  [
    { auth: { federated: { write: { clientId: "a" } } }, phases: ["plan", "apply"] },
    ['phases must be apply alone unless auth.federated.read is given, but ["plan","apply"] was given'],
  ],
  [
    { auth: { federated: { write: { clientId: "a", scope: "read" } } }, phases: ["apply"] },
    [
      'phases must not include apply, where no run has a token that auth.federated.write trusts, but ["apply"] was given',
    ],
  ],
  [
    { auth: { federated: { identity: { clientId: "a", runTypes: ["PROPOSED"] } } } },
    ["phases must not include apply, perform, destroy, where no run has a token that auth.federated.identity trusts"],
  ],
  [
    { auth: { federated: { identity: { clientId: "a", runTypes: "TRACKED" } } } },
    ['auth.federated.identity.runTypes must be a list, but "TRACKED" was given'],
  ],
  [{ auth: { federated: { identity: { clientId: "a" }, idToken: "" } } }, ["auth.federated.idToken must not be empty"]],
  [
    { auth: { oauthSecret: { clientSecret: "tskey-client-hidden" } }, controlUrl: "http://headscale.test" },
    [
      'controlUrl must be an https:// URL with a host name unless apiUrl is given, because auth keys are created there, but "http://headscale.test" was given',
    ],
  ],
  [
    { auth: { federated: { identity: { clientId: "a" } } }, controlUrl: "https://10.0.0.1" },
    [
      'controlUrl must be an https:// URL with a host name unless apiUrl is given, because auth keys are created there, but "https://10.0.0.1" was given',
    ],
  ],
  [
    { name: "", phases: ["deploy"], bootTimeout: 60, colour: "red" },
    [
      "colour is not an option",
      'name must not be empty, but "" was given',
      'phases[0] must be one of init, plan, apply, perform, destroy, but "deploy" was given',
      "bootTimeout must be a string, but 60 was given",
    ],
  ],
];

/** The same with values that JSON does not have, so that they can only be in programs. */
export const PROGRAM_MISTAKES: readonly Mistake[] = [
  [{ name: () => "tailnet" }, ["name must be a string, but a function was given"]],
  [{ name: Symbol("tailnet") }, ["name must be a string, but Symbol(tailnet) was given"]],
  [{ bootTimeout: new Date(0) }, ["bootTimeout must be a string, but an instance of Date was given"]],
  [{ phases: new Set(["plan"]) }, ["phases must be a list, but an instance of Set was given"]],
  // biome-ignore lint/suspicious/noSparseArray: what is missing from a list is not a string
  [{ waitFor: [, "db:5432"] }, ["waitFor[0] must be a string"]],
  [{ environment: new Map([["A", "1"]]) }, ["environment must be an object, but an instance of Map was given"]],
  [{ environment: { A: undefined } }, ["environment.A must be given"]],
  [{ auth: new Map([["authKey", "hidden"]]) }, ["auth must be a plain object, but an instance of Map was given"]],
  [{ files: new Map([["a", "b"]]) }, ["files must be a list of objects, but an instance of Map was given"]],
  [
    { attachments: [{ stackId: "a", priority: Number.NaN }] },
    ["attachments[0].priority must be a whole number, but NaN was given"],
  ],
  [
    { attachments: [{ stackId: "a", priority: 1n }] },
    ["attachments[0].priority must be a whole number, but 1 was given"],
  ],
];

/** Mistakes in the options of `Tailnet`, which needs none. */
export const TAILNET_MISTAKES: readonly Mistake[] = [
  [{ phase: ["plan"] }, ["phase is not an option: did you mean phases?"]],
  [
    { auth: { authKey: "x" } },
    ["auth is not an option of Tailnet, which creates the login: use TailnetContext for an existing login"],
  ],
  [{ name: 7 }, ["name must be a string, but 7 was given"]],
  [
    { name: "!!!" },
    [
      'name must contain a letter or digit, because the stack label is derived from it unless autoattach is given, but "!!!" was given',
    ],
  ],
  [
    { account: "a b" },
    [
      'account must be the name of the account, such as acme, or its host name, such as acme.app.us.spacelift.io, but "a b" was given',
    ],
  ],
  [{ account: 7 }, ["account must be a string, but 7 was given"]],
  [{ tags: [] }, ["tags must name at least one tag, but [] was given"]],
  [{ tags: "tag:a" }, ['tags must be a list, but "tag:a" was given']],
  [{ tags: ["tag:a", "b"] }, ['tags[1] must begin with "tag:", but "b" was given']],
  [{ tags: ["tag:a b"] }, ['tags[0] must contain only letters, digits and dashes, but "tag:a b" was given']],
  [{ tags: [{}] }, ["tags[0] must be a string, but {} was given"]],
  [{ trust: { stack: "a" } }, ["trust must not be given without account"]],
  [{ account: "acme", stack: "a" }, ["stack is not an option: did you mean trust.stack?"]],
  [{ trust: "x" }, ['trust must be an object, but "x" was given', "trust must not be given without account"]],
  [
    { account: "acme", trust: { stack: "a", module: "b" } },
    ['trust.module must not be given together with stack, but "b" was given'],
  ],
  [{ account: "acme", trust: { spaceID: "x" } }, ["trust.spaceID is not an option: did you mean spaceId?"]],
  [
    { account: "acme", trust: { runTypes: ["DEPLOY"] } },
    ['trust.runTypes[0] must be one of PROPOSED, TRACKED, TASK, TESTING, DESTROY, but "DEPLOY" was given'],
  ],
  [
    { account: "acme", trust: { runTypes: ["PROPOSED", "TASK"] } },
    [
      'trust.runTypes must be types that one pattern can match without matching others: "*" would also allow TRACKED, TESTING, DESTROY, but ["PROPOSED","TASK"] was given',
    ],
  ],
  [
    { account: "acme", trust: { scope: "write", runTypes: ["PROPOSED"] }, phases: ["plan"] },
    [
      'trust.scope must be a scope that such runs have: runs of type PROPOSED never have write, but "write" was given',
      'phases must not include plan, where no run has a token that trust allows, but ["plan"] was given',
    ],
  ],
  [
    { account: "acme", trust: { scope: "read" } },
    ["phases must not include apply, perform, destroy, where no run has a token that trust allows"],
  ],
  [
    { account: "acme", trust: { spaceId: "root" }, spaceId: "prod" },
    ['trust.spaceId must be a space that a context in prod can reach, but "root" was given'],
  ],
  [{ applyTags: ["tag:a"] }, ['applyTags must not be given without account, but ["tag:a"] was given']],
  [{ account: "acme", applyTags: ["tag:a"], phases: "apply" }, ['phases must be a list, but "apply" was given']],
  [
    { account: "acme", applyTags: ["tag:a"], phases: ["plan"] },
    ['applyTags must not be given unless phases includes apply, but ["tag:a"] was given'],
  ],
  [
    { account: "acme", applyTags: ["tag:a"], phases: ["apply"] },
    ['applyTags must not be given if phases is apply alone: use tags, but ["tag:a"] was given'],
  ],
  [
    { account: "acme", applyTags: ["tag:a"], trust: { scope: "read" } },
    ["trust.scope must not be given together with applyTags"],
  ],
  [{ account: "acme", applyTags: "tag:a" }, ['applyTags must be a list, but "tag:a" was given']],
  [{ grants: "tag:db" }, ['grants must be a list of objects, but "tag:db" was given']],
  [{ grants: [{ dst: "tag:db" }] }, ['grants[0].dst must be a list, but "tag:db" was given']],
  [{ grants: ["tag:db"] }, ['grants[0] must be an object, but "tag:db" was given']],
  [{ grants: [{}] }, ["grants[0].dst must be given"]],
  [{ grants: [{ dst: [] }] }, ["grants[0].dst must name at least one destination, but [] was given"]],
  [
    { grants: [{ dst: ["tag:db:5432"] }] },
    ['grants[0].dst[0] must not contain a port: ports belong in ip, but "tag:db:5432" was given'],
  ],
  [{ grants: [{ dst: [""] }] }, ['grants[0].dst[0] must not be empty, but "" was given']],
  [
    { grants: [{ dst: ["tag:db"], ip: ["http:80"] }] },
    [
      'grants[0].ip[0] must name a protocol that Tailscale knows, such as tcp, udp or icmp, not http, but "http:80" was given',
    ],
  ],
  [
    { grants: [{ dst: ["tag:db"], ip: ["tcp:0"] }] },
    ['grants[0].ip[0] must be ports such as 443, tcp:5432, udp:1-1024, icmp:* or *, but "tcp:0" was given'],
  ],
  [{ grants: [{ dst: ["tag:db"], ip: "443" }] }, ['grants[0].ip must be a list, but "443" was given']],
  [
    { grants: [{ dst: ["tag:db"], src: ["tag:other"] }] },
    ['grants[0].src must contain only tags in use (tag:spacelift), but "tag:other" was given'],
  ],
  [
    { controlUrl: "http://headscale.test" },
    [
      'controlUrl must be an https:// URL with a host name unless apiUrl is given, because auth keys are created there, but "http://headscale.test" was given',
    ],
  ],
  [
    { environment: { X: 5 }, colour: "red", tags: ["x"] },
    [
      "colour is not an option",
      'tags[0] must begin with "tag:", but "x" was given',
      "environment.X must be a string, but 5 was given",
    ],
  ],
];

/** Mistakes in the options of a federated identity, which replace those of {@link GOOD_IDENTITY}. */
export const IDENTITY_MISTAKES: readonly Mistake[] = [
  [{ account: undefined }, ["account must be given"]],
  [
    { account: "https://acme" },
    [
      'account must be the name of the account, such as acme, or its host name, such as acme.app.us.spacelift.io, but "https://acme" was given',
    ],
  ],
  [
    { account: "a b" },
    [
      'account must be the name of the account, such as acme, or its host name, such as acme.app.us.spacelift.io, but "a b" was given',
    ],
  ],
  [{ tags: [] }, ["tags must name at least one tag, but [] was given"]],
  [{ tags: undefined }, ["tags must be given"]],
  [{ tags: "tag:a" }, ['tags must be a list, but "tag:a" was given']],
  [
    { spaceId: "a:b" },
    [
      'spaceId must be an ID of letters, digits, dashes, dots and underscores, in which * matches any characters, but "a:b" was given',
    ],
  ],
  [
    { stack: "a b" },
    [
      'stack must be an ID of letters, digits, dashes, dots and underscores, in which * matches any characters, but "a b" was given',
    ],
  ],
  [{ stack: "a", module: "b" }, ['module must not be given together with stack, but "b" was given']],
  [
    { runTypes: [] },
    ["runTypes must name at least one of PROPOSED, TRACKED, TASK, TESTING, DESTROY, but [] was given"],
  ],
  [
    { runTypes: ["DEPLOY"] },
    ['runTypes[0] must be one of PROPOSED, TRACKED, TASK, TESTING, DESTROY, but "DEPLOY" was given'],
  ],
  [{ runTypes: "TRACKED" }, ['runTypes must be a list, but "TRACKED" was given']],
  [
    { runTypes: ["PROPOSED", "TASK"] },
    [
      'runTypes must be types that one pattern can match without matching others: "*" would also allow TRACKED, TESTING, DESTROY, but ["PROPOSED","TASK"] was given',
    ],
  ],
  [{ scope: "admin" }, ['scope must be one of read, write, but "admin" was given']],
  [
    { scope: "write", runTypes: ["PROPOSED"] },
    ['scope must be a scope that such runs have: runs of type PROPOSED never have write, but "write" was given'],
  ],
  [{ issuer: "http://a.test" }, ['issuer must be an https:// URL, but "http://a.test" was given']],
  [{ audience: "" }, ['audience must not be empty, but "" was given']],
  [{ subject: " " }, ['subject must not be empty, but " " was given']],
  [
    { description: "(runs)" },
    ['description must contain only letters, digits, spaces and dashes, but "(runs)" was given'],
  ],
  [{ description: "tskey-auth-hidden" }, ["description must not contain a Tailscale secret"]],
  [
    { description: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" },
    [
      'description must have at most 50 characters, but "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" was given',
    ],
  ],
  [{ runType: ["TASK"] }, ["runType is not an option: did you mean runTypes?"]],
];

/** Mistakes in the options of a policy fragment, which replace good tags. */
export const POLICY_MISTAKES: readonly Mistake[] = [
  [{ tags: undefined }, ["tags must be given"]],
  [{ tags: [] }, ["tags must name at least one tag, but [] was given"]],
  [{ tags: ["tag:a", "b"] }, ['tags[1] must begin with "tag:", but "b" was given']],
  [{ owners: [] }, ["owners must name at least one owner, but [] was given"]],
  [{ owners: ["a@b.test", ""] }, ['owners[1] must not be empty, but "" was given']],
  [{ owner: ["a@b.test"] }, ["owner is not an option: did you mean owners?"]],
  [{ grants: {} }, ["grants must be a list of objects, but {} was given"]],
  [{ grants: [{ dst: ["*"], ip: [] }] }, ["grants[0].ip must name at least one port, but [] was given"]],
  [
    { grants: [{ dst: ["*"], ip: ["ssh"] }] },
    ['grants[0].ip[0] must be ports such as 443, tcp:5432, udp:1-1024, icmp:* or *, but "ssh" was given'],
  ],
  [{ grants: [{ dst: ["*"], src: [] }] }, ["grants[0].src must name at least one tag, but [] was given"]],
  [
    { grants: [{ dst: ["*"] }, { dst: ["*"], src: ["tag:other"] }] },
    ['grants[1].src must contain only tags in use (tag:a), but "tag:other" was given'],
  ],
  [{ grants: [{ dst: ["*"], ports: ["443"] }] }, ["grants[0].ports is not an option"]],
];

/** Mistakes in the options of an OAuth client, which replace those of {@link GOOD_CLIENT}. */
export const CLIENT_MISTAKES: readonly Mistake[] = [
  [{ tags: [] }, ["tags must name at least one tag, but [] was given"]],
  [{ tags: undefined }, ["tags must be given"]],
  [{ tags: ["tag:a", "spacelift"] }, ['tags[1] must begin with "tag:", but "spacelift" was given']],
  [{ tags: ["tag:a b"] }, ['tags[0] must contain only letters, digits and dashes, but "tag:a b" was given']],
  [{ tags: "tag:a" }, ['tags must be a list, but "tag:a" was given']],
  [
    { description: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" },
    [
      'description must have at most 50 characters, but "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" was given',
    ],
  ],
  [
    { description: "Runs (prod)" },
    ['description must contain only letters, digits, spaces and dashes, but "Runs (prod)" was given'],
  ],
  [{ tag: ["tag:a"] }, ["tag is not an option: did you mean tags?"]],
  [{ scopes: ["all"] }, ["scopes is not an option"]],
];
